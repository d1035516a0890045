#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/io/onnx_activation.hpp"
#include "norma/io/onnx_norm.hpp"
#include "norma/io/onnx_writer.hpp"
#include "norma/ops/op.hpp"

/// The ONNX operators of each op. `onnx_of(op, node, writer)` appends them and returns the value that they compute; the
/// caller sets its extent.
namespace norma::inline NORMA_TARGET::detail {

/// A convolution of any kind. `operation` is its ONNX operator, `windows` its sizes, and `weight_shape` that of its
/// weight, if it has not the axes that ONNX needs.
template <class Windows>
OnnxValue onnx_convolution(const char* operation, const Windows& windows, int groups, bool bias, const Node& node,
                           OnnxWriter& w, const OnnxWriter::Sizes& weight_shape = {}) {
    const std::string x = w.maps(w.input(node));
    const std::string weight = w.parameter(weight_shape);
    const std::string y =
        bias ? w.graph().add(operation, {x, weight, w.parameter()}) : w.graph().add(operation, {x, weight});
    w.window(windows);
    w.graph().set("dilations", OnnxWriter::Sizes{windows.dilation.height, windows.dilation.width});
    w.graph().set("group", std::int64_t(groups));
    return {y, {}, false};
}

inline OnnxValue onnx_of(const ops::Convolution& op, const Node& node, OnnxWriter& w) {
    const kernels::Convolution& c = op.shape;
    return onnx_convolution("Conv", c, c.groups, op.bias, node, w,
                            {c.output.channels, c.group_inputs(), c.kernel.height, c.kernel.width});
}

inline OnnxValue onnx_of(const ops::Depthwise& op, const Node& node, OnnxWriter& w) {
    return onnx_convolution("Conv", op.shape, op.shape.input.channels, op.bias, node, w);
}

inline OnnxValue onnx_of(const ops::TransposedConvolution& op, const Node& node, OnnxWriter& w) {
    const OnnxValue y = onnx_convolution("ConvTranspose", op.back, 1, op.bias, node, w);
    const Size added = op.output_padding();
    w.graph().set("output_padding", OnnxWriter::Sizes{added.height, added.width});
    return y;
}

inline OnnxValue onnx_of(const ops::Linear& op, const Node& node, OnnxWriter& w) {
    const std::string x = w.flat(w.input(node));
    const std::string weight = w.parameter();
    const std::string y =
        op.bias ? w.graph().add("Gemm", {x, weight, w.parameter()}) : w.graph().add("Gemm", {x, weight});
    w.graph().set("transB", std::int64_t(1));
    return {y, {}, true};
}

/// The matrix that takes the means of adaptive pooling along one axis: outputs × inputs, or transposed.
inline std::string onnx_means(int inputs, int outputs, bool outputs_first, OnnxWriter& w) {
    std::vector<float> weights(std::size_t(inputs) * std::size_t(outputs));
    for (int o = 0; o < outputs; ++o) {
        const int begin = static_cast<int>(1ll * o * inputs / outputs);
        const int end = static_cast<int>(((o + 1ll) * inputs + outputs - 1) / outputs);
        for (int i = begin; i < end; ++i) {
            const int at = outputs_first ? o * inputs + i : i * outputs + o;
            weights[std::size_t(at)] = 1.0f / static_cast<float>(end - begin);
        }
    }
    const std::string name =
        "means_of_" + std::to_string(inputs) + (outputs_first ? "_rows_in_" : "_columns_in_") + std::to_string(outputs);
    return outputs_first ? w.graph().constant(name, {outputs, inputs}, weights)
                         : w.graph().constant(name, {inputs, outputs}, weights);
}

inline OnnxValue onnx_of(const ops::MaxPool& op, const Node& node, OnnxWriter& w) {
    const std::string y = w.graph().add("MaxPool", {w.maps(w.input(node))});
    w.window(op.windows);
    return {y, {}, false};
}

inline OnnxValue onnx_of(const ops::AveragePool& op, const Node& node, OnnxWriter& w) {
    const std::string y = w.graph().add("AveragePool", {w.maps(w.input(node))});
    w.window(op.windows);
    w.graph().set("count_include_pad", std::int64_t(1));
    return {y, {}, false};
}

inline OnnxValue onnx_of(const ops::Resample& op, const Node& node, OnnxWriter& w) {
    const Extent in = op.shape.input;
    const Extent out = op.shape.output;
    const kernels::Sampling sampling = op.shape.sampling;
    const std::string x = w.maps(w.input(node));
    if (sampling == kernels::Sampling::mean) {  // ONNX has no adaptive pool: means of rows, then of columns
        const std::string rows = w.graph().add("MatMul", {onnx_means(in.height, out.height, true, w), x});
        return {w.graph().add("MatMul", {rows, onnx_means(in.width, out.width, false, w)}), {}, false};
    }
    const std::vector<float> scales{1, 1, static_cast<float>(out.height) / static_cast<float>(in.height),
                                    static_cast<float>(out.width) / static_cast<float>(in.width)};
    const std::string name = "scales_" + shape_text(in) + "_to_" + shape_text(out);
    const std::string y = w.graph().add("Resize", {x, "", w.graph().constant(name, {4}, scales)});
    const bool nearest = sampling == kernels::Sampling::nearest;
    w.graph().set("mode", std::string(nearest ? "nearest" : "linear"));
    w.graph().set("coordinate_transformation_mode", std::string(nearest ? "asymmetric" : "half_pixel"));
    if (nearest) w.graph().set("nearest_mode", std::string("floor"));
    return {y, {}, false};
}

inline OnnxValue onnx_of(const ops::Softmax&, const Node& node, OnnxWriter& w) {
    const OnnxValue& x = w.input(node);
    const std::string y = w.graph().add("Softmax", {x.name});
    w.graph().set("axis", std::int64_t(1));
    return {y, {}, x.is_flat};
}

inline OnnxValue onnx_of(const ops::Norm& op, const Node& node, OnnxWriter& w) {
    return {OnnxNorm(w).normalised(op.shape, w.maps(w.input(node))), {}, false};
}

inline OnnxValue onnx_of(const ops::Activation& op, const Node& node, OnnxWriter& w) {
    return {onnx_activation(op.activation, w.input(node).name, w.graph()), {}, w.input(node).is_flat};
}

/// The operator of two values, as vectors if both are.
inline OnnxValue onnx_of_two(const char* operation, const Node& node, OnnxWriter& w) {
    const OnnxValue& a = w.input(node);
    const OnnxValue& b = w.input(node, 1);
    if (a.is_flat && b.is_flat) return {w.graph().add(operation, {a.name, b.name}), {}, true};
    const std::string first = w.maps(a);
    return {w.graph().add(operation, {first, w.maps(b)}), {}, false};
}

inline OnnxValue onnx_of(const ops::Add&, const Node& node, OnnxWriter& w) { return onnx_of_two("Add", node, w); }

inline OnnxValue onnx_of(const ops::Multiply&, const Node& node, OnnxWriter& w) { return onnx_of_two("Mul", node, w); }

inline OnnxValue onnx_of(const ops::Scale& op, const Node& node, OnnxWriter& w) {
    const std::string name =
        "factor_" + std::to_string(op.factor.numerator) + "_" + std::to_string(op.factor.denominator);
    const std::string factor = w.graph().repeated(name, op.factor.as<float>(), {1});
    return {w.graph().add("Mul", {w.input(node).name, factor}), {}, w.input(node).is_flat};
}

inline OnnxValue onnx_of(const ops::LayerScale&, const Node& node, OnnxWriter& w) {
    const std::string x = w.maps(w.input(node));
    return {w.graph().add("Mul", {x, w.parameter()}), {}, false};
}

inline OnnxValue onnx_of(const ops::PReLU& op, const Node& node, OnnxWriter& w) {
    const std::string x = w.maps(w.input(node));
    return {w.graph().add("PRelu", {x, w.parameter({op.slopes(), 1, 1})}), {}, false};
}

/// `Pad` where the slice has zeros around the input, then `Slice` where it takes a part.
inline OnnxValue onnx_of(const ops::Slice& op, const Node& node, OnnxWriter& w) {
    const kernels::Slice& s = op.shape;
    const int strides[] = {1, s.stride.height, s.stride.width};
    const int sizes[] = {s.input.channels, s.input.height, s.input.width};
    const int counts[] = {s.output.channels, s.output.height, s.output.width};
    const int begins[] = {s.first, s.top, s.left};
    OnnxWriter::Sizes before{0};
    OnnxWriter::Sizes after{0};
    OnnxWriter::Sizes starts;
    OnnxWriter::Sizes ends;
    bool pads = false;
    bool cuts = false;
    for (int k = 0; k < 3; ++k) {
        const int end = begins[k] + (counts[k] - 1) * strides[k] + 1;
        before.push_back(std::max(0, -begins[k]));
        after.push_back(std::max(0, end - sizes[k]));
        starts.push_back(begins[k] + before.back());
        ends.push_back(end + before.back());
        pads = pads || before.back() > 0 || after.back() > 0;
        cuts = cuts || strides[k] > 1 || starts.back() > 0 || ends.back() < sizes[k] + before.back() + after.back();
    }
    std::string y = w.maps(w.input(node));
    if (pads) {
        before.insert(before.end(), after.begin(), after.end());
        y = w.graph().add("Pad", {y, w.graph().integers(before)});
    }
    if (cuts) {
        y = w.graph().add("Slice", {y, w.graph().integers(starts), w.graph().integers(ends),
                                    w.graph().integers({1, 2, 3}), w.graph().integers({1, strides[1], strides[2]})});
    }
    return {y, {}, false};
}

inline OnnxValue onnx_of(const ops::Input& op, const Node&, OnnxWriter&) {
    return {"input" + std::to_string(op.number), {}, false};
}

inline OnnxValue onnx_of(const ops::Permute& op, const Node& node, OnnxWriter& w) {
    if (op.is_image()) {
        const Extent image = op.image;
        return {w.graph().reshape(w.input(node).name, {0, image.channels, image.height, image.width}), {}, false};
    }
    const std::string x = w.maps(w.input(node));
    if (op.is_flat()) return {w.graph().add("Flatten", {x}), {}, true};
    const Extent e = op.input;
    const std::string parts = w.graph().reshape(x, {0, op.groups, e.channels / op.groups, e.height, e.width});
    const std::string shuffled = w.graph().add("Transpose", {parts});
    w.graph().set("perm", OnnxWriter::Sizes{0, 2, 1, 3, 4});
    return {w.graph().reshape(shuffled, {0, e.channels, e.height, e.width}), {}, false};
}

inline OnnxValue onnx_of(const ops::Concat& op, const Node& node, OnnxWriter& w) {
    std::vector<std::string> parts;
    for (int k = 0; k < op.inputs; ++k) parts.push_back(w.maps(w.input(node, k)));
    const std::string y = w.graph().add("Concat", parts);
    w.graph().set("axis", std::int64_t(1));
    return {y, {}, false};
}

/// Another name for the same value; `onnx_model` leaves it out, and all that only a tap needs.
inline OnnxValue onnx_of(const ops::Tap&, const Node& node, OnnxWriter& w) { return w.input(node); }
/// Dropout does nothing in evaluation mode.
inline OnnxValue onnx_of(const ops::Dropout&, const Node& node, OnnxWriter& w) { return w.input(node); }
/// Fusion makes it; a network's graph has none.
inline OnnxValue onnx_of(const ops::Pointwise&, const Node& node, OnnxWriter& w) { return w.input(node); }

}  // namespace norma::inline NORMA_TARGET::detail
