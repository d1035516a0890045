#include "norma/layers/shared.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "../ops/network_checks.hpp"
#include "../support/golden_graph.hpp"
#include "../support/message.hpp"
#include "norma/io/type_signature.hpp"
#include "norma/norma.hpp"
#include "norma/testing/save_and_load.hpp"

namespace shared_test {

using namespace norma;
using network_checks::conforms;

namespace {

using Conv = Shared<"conv", Conv2d<2, 3, 1, 1, Bias::yes>>;
using Names = std::vector<std::string>;

using Plain = Network<Shape<2, 4, 4>, Conv, ReLU, Conv, Linear<3>>;
static_assert(Plain::parameter_count == 38 + 99);
static_assert(Conv::name().view() == "Shared<conv, Conv2d<2, 3, 1, 1>>");

/// Why a network is refused; empty if it is not.
template <ShapeType Input, class... Layers>
std::string problem_of() {
    return std::string(build<Layers...>(Input::extent).problem().view());
}

/// The network of golden/graphs/shared.
template <class T>
using Golden = BasicNetwork<
    T, Shape<3, 8, 6>,
    Shared<"block", Sequential<Conv2d<3, 3, 1, 1>, BasicBatchNorm<BatchNormOptions{.momentum = {1, 4}}>, ReLU>>,
    Shared<"norm", BasicBatchNorm<BatchNormOptions{.cumulative = true}>>, Shared<"conv", Conv2d<3, 1, 1, 0, Bias::yes>>,
    MaxPool2d<2>,
    Shared<"block", Sequential<Conv2d<3, 3, 1, 1>, BasicBatchNorm<BatchNormOptions{.momentum = {1, 4}}>, ReLU>>,
    Shared<"conv", Conv2d<3, 1, 1, 0, Bias::yes>>, Shared<"norm", BasicBatchNorm<BatchNormOptions{.cumulative = true}>>,
    Flatten, Linear<5>>;

/// The file of `net` without the tensors that `leave_out` names.
template <class Net>
std::vector<std::byte> file_without(const Net& net, const std::set<std::string>& leave_out) {
    const std::vector<std::byte> bytes = save_weights(net);
    Safetensors content = read_safetensors(bytes);
    std::erase_if(content.tensors, [&](const auto& tensor) { return leave_out.contains(tensor.first); });
    return write_safetensors(content);
}

}  // namespace

TEST_CASE("shared: gradients of all uses add; in sequence, side by side, on images of two sizes, with every fusion") {
    conforms<Shape<2, 4, 3>, Conv, ReLU, Conv, BatchNorm, Conv, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv, BatchNorm, Conv, GroupNorm<1>, Sum<Conv, Conv, Identity>, Linear<2>>();
    conforms<Shape<2, 4, 4>, Sum<Conv, Sequential<MaxPool2d<2>, Conv, Upsample<2>>>, Linear<2>>();
    using Depthwise = Shared<"depthwise", Sequential<DepthwiseConv2d<3, 1, 1>, GroupNorm<2>, PReLU<>>>;
    using Transposed = Shared<"transposed", ConvTranspose2d<2, 3, 1, 1>>;
    conforms<Shape<2, 4, 3>, Depthwise, Transposed, BatchNorm, Transposed, Depthwise, Linear<2>>();
    using Dense = Shared<"dense", Linear<4>>;
    conforms<Shape<4, 1, 1>, Dense, ReLU, Dense, Dropout<std::ratio<1, 3>>, Dense>();
}

TEST_CASE("shared: a norm over the batch takes its statistics at each use") {
    using Block2 = Shared<"block", Block<2, 3, BatchNorm, 1, 1>>;
    conforms<Shape<2, 4, 4>, Block2, Block2, MaxPool2d<2>, Block2, Residual<Block2>, Linear<2>>();
    using Norm = Shared<"norm", BatchNorm>;
    conforms<Shape<2, 4, 4>, Norm, Sum<Norm, Sequential<Conv2d<2, 1>, Norm>>, Linear<2>>();
}

TEST_CASE("shared: one shared layer may be a part of another") {
    using Outer = Shared<"outer", Sequential<Conv, PReLU<>>>;
    conforms<Shape<2, 4, 4>, Outer, Conv, Outer, MaxPool2d<2>, Conv, Linear<2>>();
    conforms<Shape<2, 4, 4>, Conv, Outer, Dropout<std::ratio<1, 3>>, Outer, Linear<2>>();
}

TEST_CASE_TEMPLATE("shared: outputs, gradients, running statistics and names are PyTorch's", T, float, double) {
    golden_graph::check<Golden<T>>("shared", 4, sizeof(T) == 4 ? 1e-4 : 1e-10);
}

TEST_CASE("shared: another layer or other shapes under one name are refused") {
    CHECK(problem_of<Shape<2, 4, 4>, Conv, Shared<"conv", Conv2d<2, 3>>>() ==
          "norma: layer 2, Shared<conv, Conv2d<2, 3>>, gets 2x4x4 but needs a name of its own, because conv is "
          "Conv2d<2, 3, 1, 1>");
    CHECK(problem_of<Shape<2, 4, 4>, Shared<"a", Conv2d<3, 1>>, Shared<"a", Conv2d<3, 1>>>() ==
          "norma: layer 2, Shared<a, Conv2d<3, 1>>, gets 3x4x4 but needs an input like 2x4x4, where a is used first: "
          "else its parameters have other shapes");
    CHECK(problem_of<Shape<2, 4, 4>, Shared<"a", Linear<2>>, Shared<"a", Linear<2>>>().find("an input like 2x4x4") !=
          std::string::npos);
    CHECK(problem_of<Shape<2, 4, 4>, Shared<"a", ReLU>, MaxPool2d<2>, Shared<"a", ReLU>>().empty());
}

TEST_CASE("shared: the weights are drawn once, and the summary and the signature count them once") {
    const Plain net(7);
    const Network<Shape<2, 4, 4>, Conv2d<2, 3, 1, 1, Bias::yes>, ReLU, Conv2d<2, 3, 1, 1, Bias::yes>, Linear<3>> other(
        7);
    CHECK(std::ranges::equal(net.parameters().first(48), other.parameters().first(48)));
    CHECK(layer_summaries<Plain>()[0].parameters == 38);
    CHECK(layer_summaries<Plain>()[2].parameters == 0);
    CHECK(type_signature<Plain>().find("conv 3x3 padding 1 bias with parameters of 1 2x4x4") != std::string::npos);
    CHECK(type_signature<Plain>().find("by Shared<conv, Conv2d<2, 3, 1, 1>>") != std::string::npos);
}

TEST_CASE("shared: files have a name for each use, and one is enough to load") {
    CHECK(state_names<Plain>() == Names{"0", "2", "3"});
    CHECK(conformance::check_save_and_load<Plain>(3).conforms());
    CHECK(conformance::check_save_and_load<Golden<float>>(3).conforms());
    const Plain net(7);
    for (const std::string left_out : {"0", "2"}) {
        Plain loaded(8);
        load_weights(loaded, file_without(net, {left_out + ".weight", left_out + ".bias"}));
        CHECK(std::ranges::equal(loaded.parameters(), net.parameters()));
    }
    Plain loaded(8);
    CHECK(mentions(message_of<DataError>([&] {
                       load_weights(loaded, file_without(net, {"0.bias", "2.bias"}));
                   }),
                   "0.bias is missing", "2.bias is missing"));

    const std::vector<std::byte> bytes = save_weights(net);
    Safetensors content = read_safetensors(bytes);
    const std::vector<std::byte> zeros(2 * sizeof(float));
    content.tensors["2.bias"].bytes = zeros;
    const Plain before = loaded;
    CHECK(mentions(message_of<DataError>([&] { load_weights(loaded, write_safetensors(content)); }),
                   "2.bias has other numbers than another name of the same tensor"));
    CHECK(std::ranges::equal(loaded.parameters(), before.parameters()));
}

TEST_CASE("shared: with the same name in one parent, files have it once") {
    using Head = Named<"head", Shared<"head", Conv2d<2, 1, 1, 0, Bias::yes>>>;
    using Net = Network<Shape<2, 4, 4>, Head, ReLU, Head, Shared<"other", Named<"last", Linear<3>>>>;
    CHECK(state_names<Net>() == Names{"head", "head", "last"});
    const std::vector<std::byte> bytes = save_weights(Net(3));
    CHECK(read_safetensors(bytes).tensors.size() == 4);
    CHECK(conformance::check_save_and_load<Net>(3).conforms());
    const Names twice{"a", "b", "a"};
    CHECK(mentions(message_of<OptionError>([&] { save_weights(Net(3), twice); }), "'a' is there twice"));
}

}  // namespace shared_test
