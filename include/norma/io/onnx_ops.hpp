#pragma once

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

/// A convolution of any kind. `operation` is its ONNX operator, `windows` its sizes.
template <class Windows>
OnnxValue onnx_convolution(const char* operation, const Windows& windows, int groups, bool bias, const Node& node,
                           OnnxWriter& w) {
    const std::string x = w.maps(w.input(node));
    const std::string weight = w.parameter();
    const std::string y =
        bias ? w.graph().add(operation, {x, weight, w.parameter()}) : w.graph().add(operation, {x, weight});
    w.window(windows);
    w.graph().set("dilations", OnnxWriter::Sizes{windows.dilation.height, windows.dilation.width});
    w.graph().set("group", std::int64_t(groups));
    return {y, {}, false};
}

inline OnnxValue onnx_of(const ops::Convolution& op, const Node& node, OnnxWriter& w) {
    return onnx_convolution("Conv", op.shape, op.shape.groups, op.bias, node, w);
}

inline OnnxValue onnx_of(const ops::Depthwise& op, const Node& node, OnnxWriter& w) {
    return onnx_convolution("Conv", op.shape, op.shape.input.channels, op.bias, node, w);
}

inline OnnxValue onnx_of(const ops::Linear& op, const Node& node, OnnxWriter& w) {
    const std::string x = w.flat(w.input(node));
    const std::string weight = w.parameter();
    const std::string y =
        op.bias ? w.graph().add("Gemm", {x, weight, w.parameter()}) : w.graph().add("Gemm", {x, weight});
    w.graph().set("transB", std::int64_t(1));
    return {y, {}, true};
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

inline OnnxValue onnx_of(const ops::Norm& op, const Node& node, OnnxWriter& w) {
    return {OnnxNorm(w).normalised(op.shape, w.maps(w.input(node))), {}, false};
}

inline OnnxValue onnx_of(const ops::Activation& op, const Node& node, OnnxWriter& w) {
    return {onnx_activation(op.activation, w.input(node).name, w.graph()), {}, w.input(node).is_flat};
}

inline OnnxValue onnx_of(const ops::Add&, const Node& node, OnnxWriter& w) {
    const OnnxValue& a = w.input(node);
    const OnnxValue& b = w.input(node, 1);
    if (a.is_flat && b.is_flat) return {w.graph().add("Add", {a.name, b.name}), {}, true};
    const std::string first = w.maps(a);
    return {w.graph().add("Add", {first, w.maps(b)}), {}, false};
}

inline OnnxValue onnx_of(const ops::Concat& op, const Node& node, OnnxWriter& w) {
    std::vector<std::string> parts;
    for (int k = 0; k < op.inputs; ++k) parts.push_back(w.maps(w.input(node, k)));
    const std::string y = w.graph().add("Concat", parts);
    w.graph().set("axis", std::int64_t(1));
    return {y, {}, false};
}

/// Dropout does nothing in evaluation mode.
inline OnnxValue onnx_of(const ops::Dropout&, const Node& node, OnnxWriter& w) { return w.input(node); }
/// Fusion makes it; a network's graph has none.
inline OnnxValue onnx_of(const ops::Pointwise&, const Node& node, OnnxWriter& w) { return w.input(node); }

}  // namespace norma::inline NORMA_TARGET::detail
