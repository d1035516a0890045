#include "norma/io/state_dict.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <ratio>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/python.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"
#include "norma/core/random.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv1d.hpp"
#include "norma/layers/conv_transpose2d.hpp"
#include "norma/layers/depthwise_conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/gate.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/prelu.hpp"
#include "norma/layers/scale.hpp"
#include "norma/network/predict.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"

namespace state_dict_test {

using namespace norma;

namespace {

/// The network of golden/state_dict.py: every kind of learned part, and a linear layer after maps of several pixels.
template <class T>
using Net = BasicNetwork<T, Shape<3, 12, 8>, Block<6, 3, BatchNorm, 1, 1>,
                         Residual<Block<6, 1, GroupNorm<2>>, Conv2d<6, 3, 1, 1, Bias::yes>>, Dropout<std::ratio<1, 5>>,
                         MaxPool2d<2>, ProjectedResidual<Conv2d<8, 1, 2>, Block<8, 3, LayerNorm, 2, 1>>,
                         Block<8, 2, NoNorm>, BatchNorm, Linear<5>>;

const std::vector<std::string> expected_names{"0.0",          "0.1",          "1.0.0", "1.0.1", "1.1", "4.shortcut",
                                              "4.branch.0.0", "4.branch.0.1", "5.0",   "6",     "8"};
/// PyTorch has a Flatten module before a linear layer; norma has none.
const std::vector<std::string> names_of_norma = [] {
    std::vector<std::string> names = expected_names;
    names.back() = "7";
    return names;
}();

std::filesystem::path golden(const std::string& name) {
    return std::filesystem::path(NORMA_TESTS_DIR) / "golden/state_dict" / name;
}

/// A network in which no number has its default.
template <class T>
Net<T> disturbed() {
    Net<T> net(5);
    RandomSequence random({11, Purpose::weights, 0, 0, 0});
    for (const Node& node : Net<T>::graph.nodes) {
        const auto shift = [&](long long offset, int count) {
            for (long long i = offset; i < offset + count; ++i)
                net.parameters()[std::size_t(i)] += random.uniform(-0.2f, 0.2f);
        };
        shift(node.weight_offset, node.facts.weight_count);
        shift(node.bias_offset, node.facts.bias_count);
        if (norm_in(node) == nullptr || !norm_in(node)->over_batch) continue;
        for (int c = 0; c < norm_in(node)->extent.channels; ++c) {
            const std::size_t at = std::size_t(node.running_offset + c);
            net.running_mean()[at] = random.uniform(-1, 1);
            net.running_var()[at] = random.uniform(0.5f, 2);
        }
    }
    net.set_tracked_batches(7);
    return net;
}

template <class T>
bool same(std::span<const T> a, std::span<const T> b) {
    return std::ranges::equal(a, b);
}

/// The largest difference between this network's logits and those of the run, divided by the largest logit.
template <class T>
double logit_error(const Net<T>& net, const std::filesystem::path& run) {
    const std::vector<std::uint8_t> file = read_file(run);
    const Safetensors content = read_safetensors(std::as_bytes(std::span(file)), run.string());
    const std::vector<T> image = numbers_of<T>(content.tensors.at("image"), "image");
    const std::vector<double> wanted = numbers_of<double>(content.tensors.at("logits"), "logits");
    std::vector<T> own(image.size());
    to_channels_last<T>(image, own, Net<T>::input_extent);
    const auto got = predict(net, std::span<const T>(own));
    REQUIRE(wanted.size() == got.size());
    double difference = 0;
    double largest = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        difference = std::max(difference, std::abs(static_cast<double>(got[i]) - wanted[i]));
        largest = std::max(largest, std::abs(wanted[i]));
    }
    return difference / largest;
}

}  // namespace

TEST_CASE("learned parts have the names of PyTorch's nn.Sequential") {
    CHECK(state_names<Net<float>>() == names_of_norma);
    static_assert(learned_parts<Net<float>>() == 11);
}

TEST_CASE("the branches of a layer are its children") {
    using Branches = Network<Shape<3, 4, 4>, Concat<Identity, Sequential<BatchNorm, ReLU, Conv2d<3, 1>>>,
                             Sum<Conv2d<4, 1>, Conv2d<4, 1>>, Gate<GlobalAvgPool2d, Conv2d<4, 1>>>;
    CHECK(state_names<Branches>() == std::vector<std::string>{"0.1.0", "0.1.2", "1.0", "1.1", "2.1"});
}

TEST_CASE("a layer scale is a module with a weight of shape C×1×1") {
    using Scaled = Network<Shape<3, 4, 4>, Residual<Conv2d<3, 1>, LayerScale<Fraction{1, 2}>>>;
    const std::vector<std::byte> file = save_weights(Scaled(1));
    const Safetensors read = read_safetensors(file);
    REQUIRE(read.tensors.contains("0.1.weight"));
    CHECK(read.tensors.at("0.1.weight").shape == std::vector<std::int64_t>{3, 1, 1});
}

TEST_CASE("a PReLU is a module with a weight of one number, or one per channel") {
    using Sloped = Network<Shape<3, 4, 4>, PReLU<>, PReLU<Slopes::per_channel>>;
    const std::vector<std::byte> file = save_weights(Sloped(1));
    const Safetensors read = read_safetensors(file);
    REQUIRE(read.tensors.size() == 2);
    CHECK(read.tensors.at("0.weight").shape == std::vector<std::int64_t>{1});
    CHECK(read.tensors.at("1.weight").shape == std::vector<std::int64_t>{3});
}

TEST_CASE_TEMPLATE("a network saved and loaded is the same bit for bit", T, float, double) {
    const Net<T> net = disturbed<T>();
    const std::vector<std::byte> file = save_weights(net);
    Net<T> other(1);
    load_weights(other, file);
    CHECK(same<T>(other.parameters(), net.parameters()));
    CHECK(same<T>(other.running_mean(), net.running_mean()));
    CHECK(same<T>(other.running_var(), net.running_var()));
    CHECK(other.tracked_batches() == 7);
}

TEST_CASE("a state_dict from PyTorch gives PyTorch's logits") {
    Net<float> net(1);
    load_weights(net, golden("weights.safetensors"), expected_names);
    CHECK(logit_error(net, golden("run.safetensors")) < 1e-4);
    CHECK(net.tracked_batches() == 7);
    Net<double> precise(1);
    load_weights(precise, golden("weights.safetensors"), expected_names);
    CHECK(logit_error(precise, golden("run.safetensors")) < 1e-5);
}

TEST_CASE("a state_dict from PyTorch in 16 bits gives the logits of its widened numbers") {
    const float smallest = std::ldexp(1.0f, -24);  // of float16
    for (const std::string type : {"bfloat16", "float16"}) {
        CAPTURE(type);
        Net<float> net(1);
        CHECK(load_weights(net, golden("weights_" + type + ".safetensors"), expected_names).notes.empty());
        CHECK(logit_error(net, golden("run_" + type + ".safetensors")) < 1e-4);
        CHECK(net.tracked_batches() == 7);
        // Subnormal numbers at ky = 0, kx = 0, 1, 2 of the first input and output channel.
        const auto first = [&](int kx) { return net.parameters()[std::size_t(kx * 3 * 6)] / smallest; };
        const bool half = type == "float16";
        CHECK(first(0) == (half ? 5.0f : 5.03125f));
        CHECK(first(1) == (half ? -1.0f : -1.0078125f));
        CHECK(first(2) == (half ? 1007.0f : 1008.0f));
    }
}

TEST_CASE("a saved file has PyTorch's names and shapes") {
    Net<float> net(1);
    load_weights(net, golden("weights.safetensors"), expected_names);
    const std::vector<std::byte> ours = save_weights(net, expected_names);
    const std::vector<std::uint8_t> theirs = read_file(golden("weights.safetensors"));
    const Safetensors a = read_safetensors(ours);
    const Safetensors b = read_safetensors(std::as_bytes(std::span(theirs)));
    REQUIRE(a.tensors.size() == b.tensors.size());
    for (const auto& [name, tensor] : b.tensors) {
        CAPTURE(name);
        REQUIRE(a.tensors.contains(name));
        CHECK(a.tensors.at(name).shape == tensor.shape);
        CHECK(a.tensors.at(name).type == tensor.type);
        CHECK(std::ranges::equal(a.tensors.at(name).bytes, tensor.bytes));
    }
}

TEST_CASE("one message names every tensor that is missing, unknown or of another shape, and nothing is changed") {
    const std::vector<std::uint8_t> bytes = read_file(golden("weights.safetensors"));
    Safetensors content = read_safetensors(std::as_bytes(std::span(bytes)));
    content.tensors.erase("6.running_var");
    content.tensors["0.0.weight"].shape = {6, 27};
    content.tensors["1.1.bias"].type = "I32";
    content.tensors["9.weight"] = content.tensors["6.bias"];
    const std::vector<std::byte> file = write_safetensors(content);
    Net<float> net = disturbed<float>();
    const Net<float> before = net;
    const std::string text =
        message_of<DataError>([&] { load_weights(net, file, expected_names, "other.safetensors"); });
    CHECK(mentions(text, "other.safetensors: does not fit this network",
                   "6.running_var is missing; the network needs 8",
                   "0.0.weight has shape 6x27, the network needs 6x3x3x3", "1.1.bias has dtype I32",
                   "9.weight, 8, is not in this network"));
    CHECK(same<float>(net.parameters(), before.parameters()));
    CHECK(same<float>(net.running_var(), before.running_var()));
    CHECK(net.tracked_batches() == before.tracked_batches());
}

namespace {

/// A network's file after a change to its content.
template <class Change>
std::vector<std::byte> changed(const std::vector<std::byte>& file, const Change& change) {
    Safetensors content = read_safetensors(file);
    change(content);
    return write_safetensors(content);
}

/// The file with `prefix` before every name.
std::vector<std::byte> with_prefix(const std::vector<std::byte>& file, const std::string& prefix) {
    return changed(file, [&](Safetensors& content) {
        std::map<std::string, TensorView> named;
        for (const auto& [name, tensor] : content.tensors) named.emplace(prefix + name, tensor);
        content.tensors = named;
    });
}

}  // namespace

TEST_CASE("the prefix of DataParallel or torch.compile is removed, with a note") {
    const Net<float> net = disturbed<float>();
    const std::vector<std::byte> file = save_weights(net);
    for (const std::string prefix : {"module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod."}) {
        CAPTURE(prefix);
        Net<float> other(1);
        const LoadedWeights loaded = load_weights(other, with_prefix(file, prefix), {}, "it.safetensors");
        CHECK(same<float>(other.parameters(), net.parameters()));
        CHECK(other.tracked_batches() == 7);
        CHECK(loaded.notes ==
              std::vector<std::string>{"it.safetensors: every name begins with '" + prefix + "', which was removed"});
    }
    Net<float> other(1);
    CHECK(load_weights(other, file).notes.empty());
    for (const char* const prefix : {"modul.", "model.", "module"}) {
        CHECK(mentions(message_of<DataError>([&] { load_weights(other, with_prefix(file, prefix)); }),
                       "0.0.weight is missing"));
    }
    const auto one_without = changed(with_prefix(file, "module."), [](Safetensors& content) {
        auto node = content.tensors.extract("module.0.0.weight");
        node.key() = "0.0.weight";
        content.tensors.insert(std::move(node));
    });
    CHECK(mentions(message_of<DataError>([&] { load_weights(other, one_without); }), "0.1.weight is missing",
                   "module.0.1.weight, 6, is not in this network"));
    // A network whose own names begin like that keeps them.
    std::vector<std::string> own = names_of_norma;
    for (std::string& name : own) name = "module." + name;
    CHECK(load_weights(other, save_weights(net, own), own).notes.empty());
    CHECK(load_weights(other, with_prefix(save_weights(net, own), "module."), own).notes.size() == 1);
}

TEST_CASE("numbers that the network cannot hold are refused, and nothing is changed") {
    std::vector<double> numbers(8, 0.5);
    numbers[3] = -1e300;
    std::int64_t count = -1;
    const auto file = changed(save_weights(disturbed<float>(), expected_names), [&](Safetensors& content) {
        content.tensors["6.bias"] = {"F64", {8}, std::as_bytes(std::span(numbers))};
        content.tensors["6.num_batches_tracked"] = {"I64", {}, std::as_bytes(std::span(&count, 1))};
    });
    Net<float> net = disturbed<float>();
    const Net<float> before = net;
    CHECK(mentions(message_of<DataError>([&] { load_weights(net, file, expected_names, "wide.safetensors"); }),
                   "wide.safetensors", "6.bias has the number -1e+300", "too large for F32",
                   "6.num_batches_tracked is -1"));
    CHECK(same<float>(net.parameters(), before.parameters()));
    CHECK(net.tracked_batches() == before.tracked_batches());
    numbers[3] = std::numeric_limits<float>::max();
    count = 7;
    const auto right = changed(save_weights(disturbed<float>(), expected_names), [&](Safetensors& content) {
        content.tensors["6.bias"] = {"F64", {8}, std::as_bytes(std::span(numbers))};
        content.tensors["6.num_batches_tracked"] = {"I64", {}, std::as_bytes(std::span(&count, 1))};
    });
    CHECK_NOTHROW(load_weights(net, right, expected_names, "wide.safetensors"));
}

TEST_CASE("a missing count of batches is 0, as in PyTorch, with a note") {
    const Net<float> net = disturbed<float>();
    const auto without = changed(save_weights(net), [](Safetensors& content) {
        std::erase_if(content.tensors, [](const auto& entry) { return entry.first.ends_with("num_batches_tracked"); });
    });
    Net<float> other(1);
    other.set_tracked_batches(3);
    CHECK(load_weights(other, without, {}, "it.safetensors").notes ==
          std::vector<std::string>{"it.safetensors: num_batches_tracked is missing; 0 is used"});
    CHECK(other.tracked_batches() == 0);
    CHECK(same<float>(other.running_mean(), net.running_mean()));
}

TEST_CASE_TEMPLATE("weights of 16 bits are loaded exactly", T, float, double) {
    // Numbers that BF16 and F16 have too.
    Net<T> net(1);
    int number = 0;
    for (const Node& node : Net<T>::graph.nodes) {
        for (int i = 0; i < node.facts.weight_count; ++i) {
            net.parameters()[std::size_t(node.weight_offset + i)] = T(number++ % 255 - 127) / 64;
        }
        for (int i = 0; i < node.facts.bias_count; ++i)
            net.parameters()[std::size_t(node.bias_offset + i)] = T(number++ % 7);
    }
    const std::vector<std::byte> file = save_weights(net);
    for (const std::string type : {"BF16", "F16"}) {
        std::vector<std::vector<std::byte>> kept;
        kept.reserve(100);
        const auto narrow = changed(file, [&](Safetensors& content) {
            for (auto& [name, tensor] : content.tensors) {
                if (tensor.type == "I64") continue;
                std::vector<std::byte>& bytes = kept.emplace_back();
                for (const float value : numbers_of<float>(tensor, name)) {
                    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
                    // All are 0 or normal numbers of both types, without bits that would be cut off.
                    const std::uint32_t half =
                        value == 0 ? 0 : (bits >> 31 << 15) | (((bits >> 23 & 255) - 112) << 10) | (bits >> 13 & 1023);
                    const std::uint32_t narrowed = type == "BF16" ? bits >> 16 : half;
                    bytes.push_back(static_cast<std::byte>(narrowed & 255));
                    bytes.push_back(static_cast<std::byte>(narrowed >> 8));
                }
                tensor.type = type;
                tensor.bytes = bytes;
            }
        });
        Net<T> other(2);
        CHECK(load_weights(other, narrow).notes.empty());
        CHECK(same<T>(other.parameters(), net.parameters()));
        CHECK(same<T>(other.running_var(), net.running_var()));
    }
}

TEST_CASE("loading weights takes less memory than twice their file, also for 16 bits") {
    using Wide = Network<Shape<512, 8, 8>, Conv2d<1024, 3>>;
    const TemporaryFolder folder;
    Wide net(1);
    for (const std::string type : {"F32", "BF16"}) {
        const std::vector<std::byte> zeros((type == "F32" ? 4 : 2) * std::size_t(Wide::parameter_count));
        write_file_atomically(folder / type, write_safetensors({{{"0.weight", {type, {1024, 512, 3, 3}, zeros}}}, {}}));
    }
    for (const std::string type : {"F32", "BF16"}) {
        CAPTURE(type);
        const auto size = static_cast<double>(std::filesystem::file_size(folder / type));
        REQUIRE(size > 9e6);
        net = Wide(1);
        const auto peak = peak_memory_of([&] { load_weights(net, folder / type); });
        CHECK(static_cast<double>(peak.value_or(0)) < 2 * size + (1 << 20));
        CHECK(std::ranges::all_of(net.parameters(), [](float x) { return x == 0; }));
    }
}

TEST_CASE("weights of depthwise, transposed and one-dimensional convolutions have PyTorch's shapes and order") {
    using Convolutions = Network<Shape<3, 1, 4>, Conv1d<4, 3, 1, 1, Bias::no, 1, 1>,
                                 DepthwiseConv2d<Size{1, 3}, 1, 0, Bias::yes, 2>, ConvTranspose2d<2, Size{2, 3}, 2>>;
    Convolutions net(1);
    const std::vector<std::byte> bytes = save_weights(net);
    const Safetensors file = read_safetensors(bytes);
    using Sizes = std::vector<std::int64_t>;
    const auto shape = [&](const char* name) { return file.tensors.at(name).shape; };
    CHECK(shape("0.weight") == Sizes{4, 3, 3});
    CHECK(shape("1.weight") == Sizes{8, 1, 1, 3});
    CHECK(shape("1.bias") == Sizes{8});
    CHECK(shape("2.weight") == Sizes{8, 2, 2, 3});
    // Number (i, o, y, x) of a transposed convolution's weight is number (y, x, o, i) in the network.
    const Node& transposed = Convolutions::graph.nodes[2];
    const float number = net.parameters()[std::size_t(transposed.weight_offset + ((1 * 3 + 2) * 2 + 0) * 8 + 5)];
    float stored = 0;
    std::memcpy(&stored, file.tensors.at("2.weight").bytes.data() + 4 * (((5 * 2 + 0) * 2 + 1) * 3 + 2), 4);
    CHECK(stored == number);
}

TEST_CASE("tensors of a module without a name are called weight and bias, as in PyTorch") {
    using One = Network<Shape<3, 1, 1>, Linear<2>>;
    const std::vector<std::string> root{""};
    const std::vector<std::byte> file = save_weights(One(1), root);
    const Safetensors content = read_safetensors(file);
    CHECK(content.tensors.size() == 2);
    CHECK(content.tensors.contains("weight"));
    CHECK(content.tensors.contains("bias"));
    One other(2);
    load_weights(other, file, root);
    CHECK(same<float>(other.parameters(), One(1).parameters()));
}

TEST_CASE("names from a file do not fill or control the terminal") {
    Net<float> net(1);
    const std::vector<std::byte> bytes(4);
    Safetensors content;
    for (int i = 0; i < 1000; ++i) content.tensors["\x1b[2J" + std::to_string(i)] = {"F32", {1}, bytes};
    content.tensors["\x1b" + std::string(100'000, 'x')] = {"F32", std::vector<std::int64_t>(64, 1), bytes};
    const std::string text = message_of<DataError>([&] { load_weights(net, write_safetensors(content)); });
    CHECK(mentions(text, "\\x1b[2J0, 1, is not in this network", "and 981 more are not in this network"));
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.size() < 10'000);
}

TEST_CASE("a wrong number of names is refused") {
    const Net<float> net(1);
    const std::vector<std::string> few{"a", "b"};
    CHECK(mentions(message_of<OptionError>([&] { save_weights(net, few); }), "2 for a network with 11"));
}

TEST_CASE("a name that is given twice is refused, because one part would be lost") {
    std::vector<std::string> names = names_of_norma;
    names.back() = names.front();
    const Net<float> net(1);
    CHECK(
        mentions(message_of<OptionError>([&] { save_weights(net, names); }), "'" + names.front() + "' is there twice"));
}

TEST_CASE("a file that is missing or broken is named") {
    const TemporaryFolder folder;
    Net<float> net(1);
    CHECK(mentions(message_of<FileError>([&] { load_weights(net, folder / "none.safetensors"); }), "none.safetensors",
                   "no such file"));
    folder.put("broken.safetensors", {1, 2, 3});
    CHECK(mentions(message_of<DataError>([&] { load_weights(net, folder / "broken.safetensors"); }),
                   "broken.safetensors: has 3 bytes"));
}

TEST_CASE("weights go to PyTorch and back" * doctest::test_suite("if_available")) {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "ours");
    const Net<float> net = disturbed<float>();
    save_weights(net, folder / "ours/weights.safetensors", expected_names);
    std::vector<float> image(std::size_t(Net<float>::input_extent.size()));
    RandomSequence random({3, Purpose::synthetic, 0, 0, 0});
    for (float& value : image) value = random.uniform(-2, 2);
    std::vector<float> own(image.size());
    to_channels_last<float>(image, own, Net<float>::input_extent);
    const auto logits = predict(net, std::span<const float>(own));
    const auto image_bytes = to_little_endian<float>(image);
    const auto logit_bytes = to_little_endian<float>(logits);
    Safetensors run;
    run.tensors = {{"image", {"F32", {3, 12, 8}, image_bytes}}, {"logits", {"F32", {5}, logit_bytes}}};
    write_file_atomically(folder / "ours/run.safetensors", write_safetensors(run));

    const auto status = run_python("golden/state_dict.py exchange '" + (folder / "ours").string() + "' '" +
                                   (folder / "theirs").string() + "'");
    if (!status) {
        skip("python3, or the Python named by NORMA_PYTHON, has no torch and safetensors");
        return;
    }
    CHECK(*status == 0);
    Net<float> back(1);
    load_weights(back, folder / "theirs/weights.safetensors", expected_names);
    const double error = logit_error(back, folder / "theirs/run.safetensors");
    MESSAGE("norma on PyTorch's weights: logits differ by " << error);
    CHECK(error < 1e-4);
}

}  // namespace state_dict_test
