#include <doctest/doctest.h>

#ifdef NORMA_HAS_ONNX

#include "norma/io/onnx.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <ratio>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/python.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"
#include "norma/core/random.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/channels.hpp"
#include "norma/layers/conv1d.hpp"
#include "norma/layers/conv_transpose2d.hpp"
#include "norma/layers/depthwise_conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/gate.hpp"
#include "norma/layers/input.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/pool1d.hpp"
#include "norma/layers/prelu.hpp"
#include "norma/layers/scale.hpp"
#include "norma/layers/shared.hpp"
#include "norma/layers/softmax.hpp"
#include "norma/layers/tap.hpp"
#include "norma/layers/upsample.hpp"
#include "norma/layers/zero_pad.hpp"
#include "norma/network/predict.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/channel_layer.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/instance.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"
#include "norma/norm/rms.hpp"

namespace onnx_test {

using namespace norma;

namespace {

/// A user's own policies, with different combinations of what a policy can say.
struct PairNorm : NormDefaults {
    static constexpr FixedString name() { return "PairNorm"; }
    static constexpr int groups(int channels) { return channels / 2; }
    static constexpr Affine affine = Affine::per_element;
    static constexpr bool has_bias = false;
};
struct PairRMSNorm : NormDefaults {
    static constexpr FixedString name() { return "PairRMSNorm"; }
    static constexpr int groups(int channels) { return channels / 2; }
    static constexpr bool subtracts_mean = false;
    static constexpr Fraction epsilon{1, 10};
};
struct PixelRMSNorm : NormDefaults {
    static constexpr FixedString name() { return "PixelRMSNorm"; }
    static constexpr int groups(int) { return 1; }
    static constexpr bool per_pixel = true;
    static constexpr bool subtracts_mean = false;
};
struct PixelNormPerElement : NormDefaults {
    static constexpr FixedString name() { return "PixelNormPerElement"; }
    static constexpr int groups(int) { return 1; }
    static constexpr bool per_pixel = true;
    static constexpr Affine affine = Affine::per_element;
};
struct BatchNormPerElement : NormDefaults {
    static constexpr FixedString name() { return "BatchNormPerElement"; }
    static constexpr int groups(int channels) { return channels; }
    static constexpr bool over_batch = true;
    static constexpr Affine affine = Affine::per_element;
};

using Everything =
    Network<Shape<3, 12, 8>, Block<6, 3, BatchNorm, 1, 1>,
            Residual<Block<6, 1, GroupNorm<2>>, Conv2d<6, 3, 1, 1, Bias::yes>>, Dropout<std::ratio<1, 5>>,
            MaxPool2d<3, 2, 1>, ProjectedResidual<Conv2d<8, 1, 2>, Sequential<Block<8, 3, LayerNorm, 2, 1>>>,
            Block<8, 2, NoNorm>, BasicBatchNorm<BatchNormOptions{.epsilon = {1, 10}, .affine = false}>, ReLU,
            Linear<5>>;
/// Each norm twice: with weight and bias, and without them and with another epsilon.
constexpr NormOptions plain{.epsilon = {1, 10}, .affine = false};
using Norms = Network<Shape<4, 5, 7>, InstanceNorm, BasicInstanceNorm<plain>, GroupNorm<1>, GroupNorm<2, plain>,
                      LayerNorm, BasicLayerNorm<plain>, ChannelLayerNorm, BasicChannelLayerNorm<plain>, RMSNorm,
                      BasicRMSNorm<RMSNormOptions{.epsilon = {1, 10}, .affine = false}>, AvgPool2d<3, 2, 1>, Linear<6>>;
using OwnNorms =
    Network<Shape<4, 5, 7>, PairNorm, PairRMSNorm, PixelRMSNorm, PixelNormPerElement, BatchNormPerElement,
            GlobalAvgPool2d, Linear<6>, ReLU, Residual<Linear<6>>, GroupNorm<2>, Dropout<std::ratio<1, 2>>>;
/// Branches that are concatenated: maps, and vectors of linear layers.
using Joins = Network<Shape<3, 5, 7>, Concat<Identity, Conv2d<4, 3, 1, 1>, Sum<Identity, ReLU>, Identity, ReLU>,
                      PReLU<Slopes::per_channel>, PReLU<>, Concat<Linear<3>, Linear<2>>, PReLU<>,
                      PReLU<Slopes::per_channel>, Linear<4>>;
/// Products, slices, frames of zeros, and numbers in another order.
using Arrangements =
    Network<Shape<4, 6, 7>, Gate<GlobalAvgPool2d, Conv2d<4, 1>, ReLU>, Scale<Fraction{-3, 2}>, LayerScale<>,
            ProjectedResidual<PaddedShortcut<6, 2>, Conv2d<6, 3, 2, 1>>, Concat<Channels<1, 3>, Channels<0, 5>>,
            ChannelShuffle<4>, ZeroPad2d<1, 0, -1, 2>, PaddedShortcut<9, Size{1, 3}, ZeroChannels::after>, Flatten,
            Channels<5, 60>, ChannelShuffle<3>, Unflatten<4, 5, 3>, ChannelShuffle<2>, Linear<6>, Unflatten<2, 3, 1>,
            ReLU, Linear<6>, Scale<Fraction{1, 3}>, Gate<Linear<6>, ReLU>>;
/// Two inputs, and one that nothing reads between them.
using SeveralInputs = Network<Inputs<Shape<3, 4, 5>, Shape<2, 1, 1>, Shape<6, 1, 1>>,
                              Concat<Sequential<Input<0>, Conv2d<2, 3>, BatchNorm, ReLU, GlobalAvgPool2d>,
                                     Sequential<Input<2>, Linear<3>, ReLU>, Input<2>>,
                              Linear<2>>;
/// An image and a table in one sample.
using SlicedInputs =
    Network<Shape<54, 1, 1>,
            Concat<Sequential<Channels<0, 48>, Unflatten<3, 4, 4>, Conv2d<2, 3>, BatchNorm, ReLU, GlobalAvgPool2d>,
                   Sequential<Channels<48, 6>, Linear<3>, ReLU>>,
            Linear<2>>;
using OtherConvolutions =
    Network<Shape<4, 6, 5>, DepthwiseConv2d<Size{3, 1}, 1, Size{1, 0}, Bias::yes, 2>, BatchNorm, ReLU,
            ConvTranspose2d<6, 3, 2, 1, 1, Bias::yes>, BatchNorm, ReLU, Conv2d<9, 3, 1, 2, Bias::no, 2, 3>,
            DepthwiseConv2d<3, 2, 1>, Softmax, Linear<5>, Softmax>;
using Resizes = Network<Shape<3, 4, 5>, Upsample<2>, AdaptiveAvgPool2d<3, 4>,
                        Upsample<Size{2, 3}, Interpolation::bilinear>, AdaptiveAvgPool2d<3, 6>, GlobalMaxPool2d>;
using Sequence = Network<Shape<3, 1, 20>, Conv1d<6, 5, 2, 1, Bias::yes>, BatchNorm, ReLU, MaxPool1d<2>,
                         Conv1d<4, 2, 1, 0, Bias::no, 1, 2>, AvgPool1d<3>>;
/// Layers that are used several times, also one in another, on maps and vectors, and in taps, which a model does not
/// have.
template <class L>
using Once = Shared<"once", Sequential<Shared<"slopes", PReLU<Slopes::per_channel>>, L, BatchNorm>>;
using Repetition =
    Network<Shape<3, 4, 5>, Tap<"head", Once<Conv2d<3, 3, 1, 1, Bias::yes>>, BatchNorm, Linear<2>>,
            Once<Conv2d<3, 3, 1, 1, Bias::yes>>, Tap<"features">, Shared<"slopes", PReLU<Slopes::per_channel>>,
            Shared<"norm", BasicBatchNorm<BatchNormOptions{.affine = false}>>, MaxPool2d<2>,
            Once<Conv2d<3, 3, 1, 1, Bias::yes>>, Shared<"norm", BasicBatchNorm<BatchNormOptions{.affine = false}>>,
            Linear<3>, Shared<"slopes", PReLU<Slopes::per_channel>>, Shared<"head", Linear<3>>,
            Shared<"head", Linear<3>>>;
/// Ends with 1 × 1 maps; its numbers are doubles.
using Doubles = BasicNetwork<double, Shape<2, 6, 6>, Conv2d<7, 3, 2, 0, Bias::yes>, GlobalAvgPool2d>;

/// A network in which no number has its default.
template <class Net>
Net disturbed() {
    using T = typename Net::Scalar;
    Net net(5);
    RandomSequence random({11, Purpose::weights, 0, 0, 0});
    for (T& value : net.parameters()) value += T(random.uniform(-0.2f, 0.2f));
    for (T& value : net.running_mean()) value = T(random.uniform(-1, 1));
    for (T& value : net.running_var()) value = T(random.uniform(0.5f, 2));
    return net;
}

ONNX_NAMESPACE::ModelProto parsed(std::span<const std::byte> bytes) {
    ONNX_NAMESPACE::ModelProto model;
    REQUIRE(model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return model;
}

/// How often each operator is in a model.
std::map<std::string, int> operators(const ONNX_NAMESPACE::ModelProto& model) {
    std::map<std::string, int> count;
    for (const auto& node : model.graph().node()) ++count[node.op_type()];
    return count;
}

std::vector<std::int64_t> shape_of(const ONNX_NAMESPACE::ModelProto& model, const std::string& name) {
    for (const auto& tensor : model.graph().initializer()) {
        if (tensor.name() == name) return {tensor.dims().begin(), tensor.dims().end()};
    }
    return {-1};
}

/// Checks that every tensor is computed before it is read, and that no name is used twice.
void check_order(const ONNX_NAMESPACE::ModelProto& model) {
    std::set<std::string> known{"input"};
    for (const auto& tensor : model.graph().initializer()) CHECK(known.insert(tensor.name()).second);
    for (const auto& node : model.graph().node()) {
        for (const std::string& input : node.input()) {
            CAPTURE(input);
            CHECK(known.contains(input));
        }
        for (const std::string& output : node.output()) CHECK(known.insert(output).second);
    }
    CHECK(known.contains("logits"));
}

}  // namespace

TEST_CASE("a network becomes standard operators, its tensors named as in a state_dict") {
    const auto model = parsed(export_onnx(disturbed<Everything>()));
    CHECK(model.producer_name() == "norma");
    CHECK(model.producer_version() == version);
    REQUIRE(model.opset_import_size() == 1);
    CHECK(model.opset_import(0).domain().empty());
    CHECK(model.opset_import(0).version() == 17);
    CHECK(operators(model) == std::map<std::string, int>{{"Add", 3},
                                                         {"BatchNormalization", 2},
                                                         {"Conv", 6},
                                                         {"Flatten", 1},
                                                         {"Gemm", 1},
                                                         {"InstanceNormalization", 1},
                                                         {"LayerNormalization", 1},
                                                         {"MaxPool", 1},
                                                         {"Mul", 1},
                                                         {"Relu", 5},
                                                         {"Reshape", 2}});
    CHECK(shape_of(model, "0.0.weight") == std::vector<std::int64_t>{6, 3, 3, 3});
    CHECK(shape_of(model, "0.1.running_var") == std::vector<std::int64_t>{6});
    CHECK(shape_of(model, "4.branch.0.0.1.weight") == std::vector<std::int64_t>{8, 3, 2});
    CHECK(shape_of(model, "8.weight") == std::vector<std::int64_t>{5, 16});
    check_order(model);
}

TEST_CASE("the batch can have any size") {
    const auto model = parsed(export_onnx(disturbed<Norms>()));
    // A shape keeps the batch size and names all others: a size of −1 cannot be inferred for an empty batch.
    int shapes = 0;
    for (const auto& tensor : model.graph().initializer()) {
        if (!tensor.name().starts_with("shape_")) continue;
        ++shapes;
        CAPTURE(tensor.name());
        const std::string& bytes = tensor.raw_data();
        REQUIRE(bytes.size() >= 16);
        CHECK(bytes.substr(0, 8) == std::string(8, '\0'));
        for (std::size_t at = 8; at < bytes.size(); at += 8) {
            std::int64_t size = 0;
            for (std::size_t i = 0; i < 8; ++i)
                size |= std::int64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
            CHECK(size > 0);
        }
    }
    CHECK(shapes > 0);
    REQUIRE(model.graph().input_size() == 1);
    REQUIRE(model.graph().output_size() == 1);
    const auto& in = model.graph().input(0).type().tensor_type().shape();
    const auto& out = model.graph().output(0).type().tensor_type().shape();
    REQUIRE(in.dim_size() == 4);
    REQUIRE(out.dim_size() == 2);
    CHECK(in.dim(0).dim_param() == "batch");
    CHECK(in.dim(1).dim_value() == 4);
    CHECK(in.dim(3).dim_value() == 7);
    CHECK(out.dim(0).dim_param() == "batch");
    CHECK(out.dim(1).dim_value() == 6);
    check_order(model);
    check_order(parsed(export_onnx(disturbed<OwnNorms>())));
}

TEST_CASE("each input of a network is one of the model") {
    const auto model = parsed(export_onnx(disturbed<SeveralInputs>()));
    REQUIRE(model.graph().input_size() == 3);
    for (int k = 0; k < 3; ++k) CHECK(model.graph().input(k).name() == "input" + std::to_string(k));
    const auto& image = model.graph().input(0).type().tensor_type().shape();
    CHECK(image.dim(0).dim_param() == "batch");
    CHECK(image.dim(1).dim_value() == 3);
    CHECK(image.dim(3).dim_value() == 5);
}

TEST_CASE("a model has no node and no tensor that only a tap needs") {
    using Small =
        Network<Shape<3, 4, 5>, Conv2d<3, 1>, Tap<"head", Conv2d<2, 1>, BatchNorm>, BatchNorm, Tap<"features">>;
    const auto model = parsed(export_onnx(disturbed<Small>()));
    CHECK(operators(model) == std::map<std::string, int>{{"BatchNormalization", 1}, {"Conv", 1}, {"Flatten", 1}});
    CHECK(model.graph().initializer_size() == 5);
    CHECK(shape_of(model, "2.running_var") == std::vector<std::int64_t>{3});
}

TEST_CASE("a wrong number of names, and a missing folder, are refused") {
    const auto net = disturbed<Doubles>();
    const std::vector<std::string> two{"a", "b"};
    CHECK(mentions(message_of<OptionError>([&] { export_onnx(net, two); }), "2 for a network with 1"));
    const TemporaryFolder folder;
    CHECK(mentions(message_of<FileError>([&] { export_onnx(net, folder / "none/model.onnx"); }), "there is no folder"));
}

TEST_CASE_TEMPLATE("onnxruntime computes norma's logits" * doctest::test_suite("if_available"), Net, Everything, Norms,
                   OwnNorms, Joins, Arrangements, SeveralInputs, SlicedInputs, OtherConvolutions, Resizes, Sequence,
                   Repetition, Doubles) {
    using T = typename Net::Scalar;
    const TemporaryFolder folder;
    const Net net = disturbed<Net>();
    export_onnx(net, folder / "model.onnx");

    constexpr std::size_t batch = 5;
    constexpr Extent in = Net::input_extent;
    std::vector<float> images(batch * std::size_t(in.size()));
    RandomSequence random({3, Purpose::synthetic, 0, 0, 0});
    for (float& value : images) value = random.uniform(-2, 2);
    std::vector<float> own;
    const auto append = [&](Extent image) {
        own.resize(own.size() + std::size_t(image.size()));
        const auto from = std::span(images).subspan(own.size() - std::size_t(image.size()), std::size_t(image.size()));
        to_channels_last<float>(from, std::span(own).last(from.size()), image);
    };
    constexpr std::span<const Extent> inputs = detail::inputs_of<typename Net::InputShape>();
    for (std::size_t i = 0; i < batch; ++i) {
        if (inputs.empty()) append(in);
        for (const Extent input : inputs) append(input);
    }
    std::vector<float> logits;
    for (std::size_t i = 0; i < batch; ++i) {
        const auto from = own.begin() + std::ptrdiff_t(i) * in.size();
        const std::vector<T> image(from, from + in.size());
        for (const T logit : predict(net, std::span<const T>(image))) logits.push_back(float(logit));
    }
    const auto image_bytes = to_little_endian<float>(images);
    const auto logit_bytes = to_little_endian<float>(logits);
    Safetensors run;
    run.tensors = {{"images", {"F32", {batch, in.channels, in.height, in.width}, image_bytes}},
                   {"logits", {"F32", {batch, Net::outputs}, logit_bytes}}};
    write_file_atomically(folder / "run.safetensors", write_safetensors(run));

    const auto status = run_python("io/run_onnx.py '" + (folder / "model.onnx").string() + "' '" +
                                   (folder / "run.safetensors").string() + "'");
    if (!status) {
        skip("python3, or the Python named by NORMA_PYTHON, has no onnx and onnxruntime");
        return;
    }
    CHECK(*status == 0);
}

}  // namespace onnx_test

#else

TEST_CASE("a network becomes an ONNX model" * doctest::test_suite("if_available")) {
    skip("norma was configured without ONNX (Debian and Ubuntu: libonnx-dev libprotobuf-dev)");
}

#endif
