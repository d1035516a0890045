#include "norma/io/weights_part.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/named.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/shared.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace weights_part_test {

using namespace norma;

namespace {

/// Two networks that differ in their head. Their modules: layer1.0, layer1.1, layer10.0.0, layer10.0.1, fc.
template <int Classes>
using Net = Network<Shape<2, 5, 5>, Named<"layer1", Block<3, 3, BatchNorm>>,
                    Named<"layer10", Residual<Block<3, 1, GroupNorm<3>>>>, Named<"fc", Linear<Classes>>>;

/// The numbers of each tensor, by name, in PyTorch's order.
template <class N>
std::map<std::string, std::vector<float>> tensors_of(const N& net) {
    std::map<std::string, std::vector<float>> all;
    const std::vector<std::byte> file = save_weights(net);
    const Safetensors content = read_safetensors(file);
    for (const auto& [name, tensor] : content.tensors) {
        if (tensor.type == "F32") all[name] = numbers_of<float>(tensor, name);
    }
    return all;
}

template <int Classes>
Net<Classes> pretrained() {
    Net<Classes> net(1);
    for (float& v : net.parameters()) v += 0.25f;
    for (float& v : net.running_mean()) v = 0.5f;
    for (float& v : net.running_var()) v = 2;
    net.set_tracked_batches(17);
    return net;
}

/// Exactly the tensors whose names begin with one of `modules` are those of `from`; the others are those of `before`.
template <class A, class B>
void check_loaded(const A& got, const A& before, const B& from, const std::vector<std::string>& modules) {
    const auto now = tensors_of(got), old = tensors_of(before), there = tensors_of(from);
    for (const auto& [name, numbers] : now) {
        CAPTURE(name);
        const bool loaded = std::ranges::any_of(modules, [&](const std::string& m) { return name.starts_with(m); });
        CHECK(numbers == (loaded ? there.at(name) : old.at(name)));
        if (loaded) CHECK(numbers != old.at(name));
    }
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a part of the weights: names of modules and tensors") {
    const ModuleNames names{"layer1", "fc.weight", "layer3."};
    for (const char* in : {"layer1", "layer1.0.weight", "fc.weight", "layer3.weight"}) CHECK(names.have(in));
    for (const char* out : {"layer10.0.weight", "layer", "fc.bias", "fc", "xlayer1.weight", ""})
        CHECK(!names.have(out));
    CHECK(!ModuleNames(".").have(".weight"));
    CHECK(!ModuleNames("").have("weight"));
    CHECK(WeightsPart{}.is_all());
    CHECK(WeightsPart{}.has("anything"));
    const WeightsPart part{.only = {"a", "b"}, .except = "a.1"};
    CHECK((part.has("a.0.weight") && part.has("b.weight") && !part.has("a.1.weight") && !part.has("c.weight")));
}

TEST_CASE("a part of the weights: all but the head, into a network with another head") {
    const Net<7> from = pretrained<7>();
    Net<4> net(2);
    const Net<4> before = net;
    const LoadedWeights result = load_weights(net, save_weights(from), {.except = "fc"});
    check_loaded(net, before, from, {"layer1.", "layer10."});
    CHECK(net.tracked_batches() == 17);
    CHECK(result.notes.empty());
    CHECK(result.left_alone == Names{"fc.weight", "fc.bias"});
    CHECK(result.not_used == Names{"fc.bias", "fc.weight"});
    CHECK(result.loaded == Names{"layer1.0.weight", "layer1.1.weight", "layer1.1.bias", "layer1.1.running_mean",
                                 "layer1.1.running_var", "layer10.0.0.weight", "layer10.0.1.weight", "layer10.0.1.bias",
                                 "layer1.1.num_batches_tracked"});
}

TEST_CASE("a part of the weights: some modules, from a file on disk with a prefix before all names") {
    const Net<4> from = pretrained<4>();
    const std::vector<std::byte> bytes = save_weights(from);
    Safetensors with_prefix;
    const Safetensors plain = read_safetensors(bytes);
    for (const auto& [name, tensor] : plain.tensors) with_prefix.tensors["module." + name] = tensor;
    const TemporaryFolder folder;
    write_file_atomically(folder.path() / "a.safetensors", write_safetensors(with_prefix));

    Net<4> net(2);
    const Net<4> before = net;
    LoadedWeights result = load_weights(net, folder.path() / "a.safetensors", {.only = "layer10"});
    check_loaded(net, before, from, {"layer10."});
    CHECK(net.tracked_batches() == 0);  // there is no norm over the batch in the part
    CHECK(result.notes.size() == 1);
    CHECK(result.loaded == Names{"layer10.0.0.weight", "layer10.0.1.weight", "layer10.0.1.bias"});
    CHECK(result.left_alone.size() == 8);
    CHECK(std::ranges::find(result.not_used, "module.layer1.0.weight") != result.not_used.end());
    CHECK(result.not_used.size() == 8);

    net = before;
    result = load_weights(net, folder.path() / "a.safetensors", {.only = {"layer1.", "fc.bias"}, .except = "layer1.0"});
    check_loaded(net, before, from, {"layer1.1.", "fc.bias"});
    CHECK(net.tracked_batches() == 17);

    result = load_weights(net, bytes);  // all: everything is loaded, and nothing left
    check_loaded(net, before, from, {""});
    CHECK(result.loaded.size() == 11);
    CHECK(result.left_alone.empty());
    CHECK(result.not_used.empty());
}

TEST_CASE("a part of the weights: tensors that the network does not have are allowed beside it, and are named") {
    const std::vector<std::byte> bytes = save_weights(pretrained<7>());
    Safetensors content = read_safetensors(bytes);
    content.tensors["classifier.weight"] = content.tensors["fc.weight"];
    content.tensors.erase("fc.weight");
    content.tensors.erase("fc.bias");
    content.tensors.erase("layer1.1.num_batches_tracked");
    Net<4> net(2);
    net.set_tracked_batches(3);
    const LoadedWeights result = load_weights(net, write_safetensors(content), {.except = "fc"});
    CHECK(result.not_used == Names{"classifier.weight"});
    CHECK(result.notes == Names{"safetensors: num_batches_tracked is missing; 0 is used"});
    CHECK(net.tracked_batches() == 0);
    CHECK(result.loaded.size() == 8);
    CHECK(mentions(message_of<DataError>([&] { load_weights(net, write_safetensors(content)); }),
                   "classifier.weight, 7x27, is not in this network", "fc.weight is missing"));
}

TEST_CASE("a part of the weights: what it needs and the file lacks is refused, and nothing is changed") {
    const std::vector<std::byte> bytes = save_weights(pretrained<7>());
    Safetensors content = read_safetensors(bytes);
    content.tensors.erase("layer10.0.0.weight");
    Net<4> net(2);
    const auto before = tensors_of(net);
    const auto refused = [&](const WeightsPart& part) {
        return message_of<DataError>([&] { load_weights(net, write_safetensors(content), part); });
    };
    CHECK(mentions(refused({.except = "fc"}), "does not fit this network", "layer10.0.0.weight is missing"));
    CHECK(mentions(refused({.only = {"layer1", "fc.weight"}}), "fc.weight has shape 7x27, the network needs 4x27"));
    CHECK(tensors_of(net) == before);
    CHECK(refused({.only = "layer1"}).empty());
}

TEST_CASE("a part of the weights: a name that is not there is refused with those that are") {
    Net<4> net(2);
    const std::vector<std::byte> bytes = save_weights(net);
    const auto refused = [&](const WeightsPart& part) {
        return message_of<OptionError>([&] { load_weights(net, bytes, part); });
    };
    CHECK(
        refused({.only = "layer2"}) ==
        "part of the weights: only: the network has no module or tensor 'layer2'; its modules are layer1.0, layer1.1, "
        "layer10.0.0, layer10.0.1, fc");
    CHECK(mentions(refused({.except = {"fc", "head"}}), "except: the network has no module or tensor 'head'"));
    CHECK(mentions(refused({.only = ""}), "no module or tensor ''"));
    CHECK(refused({.only = "fc", .except = "fc"}) ==
          "part of the weights: it has no tensor of this network, for `except` has all of `only`; the modules are "
          "layer1.0, layer1.1, layer10.0.0, layer10.0.1, fc");
}

TEST_CASE("a part of the weights: a shared tensor is in it under each of its names") {
    using Twice = Network<Shape<3, 4, 4>, Shared<"conv", Conv2d<3, 1>>, ReLU, Shared<"conv", Conv2d<3, 1>>, Linear<2>>;
    const Twice from(1);
    for (const char* name : {"0", "2"}) {
        Twice net(2);
        const LoadedWeights result = load_weights(net, save_weights(from), {.only = name});
        CHECK(result.loaded == Names{"0.weight", "2.weight"});
        CHECK(tensors_of(net).at("2.weight") == tensors_of(from).at("0.weight"));
        CHECK(tensors_of(net).at("3.weight") != tensors_of(from).at("3.weight"));
    }
}

}  // namespace weights_part_test
