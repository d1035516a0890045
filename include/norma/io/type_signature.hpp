#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/io/tensor_view.hpp"
#include "norma/layers/gate.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/layers/shared.hpp"
#include "norma/layers/tap.hpp"
#include "norma/network/network.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

inline std::string fraction_text(const kernels::Fraction& fraction) {
    return std::to_string(fraction.numerator) + "/" + std::to_string(fraction.denominator);
}

// The structured bindings name every member, so that after adding a member this file compiles only with a text for it.

/// "3", or "3x5" for a height and a width that differ.
inline std::string size_text(const Size& size) {
    const std::string height = std::to_string(size.height);
    return size.height == size.width ? height : height + "x" + std::to_string(size.width);
}

/// The window of a convolution or a pooling: " 3x3 stride 2 padding 1", without stride 1 and padding 0.
inline std::string window_text(Size kernel, Size stride, Size padding) {
    std::string text = " " + std::to_string(kernel.height) + "x" + std::to_string(kernel.width);
    if (stride != Size(1)) text += " stride " + size_text(stride);
    if (padding != Size(0)) text += " padding " + size_text(padding);
    return text;
}
inline std::string window_text(const kernels::Pooling& windows) {
    const auto& [input, output, kernel, stride, padding, input_pitch, output_pitch] = windows;
    return window_text(kernel, stride, padding);
}

/// A norm: "norm(groups 2, epsilon 1/100000, weight per channel, bias)".
inline std::string norm_text(const kernels::Pointwise& norm) {
    const auto& [extent, normalises, over_batch, subtracts_mean, per_pixel, groups, affine, has_bias, epsilon,
                 share_of_new, cumulative, one_value, activation, adds_skip, drops, rate, input_pitch, output_pitch] =
        norm;
    std::string text = over_batch ? "norm(batch" : per_pixel ? "norm(pixel" : "norm(groups " + std::to_string(groups);
    if (!subtracts_mean) text += ", mean square";
    text += ", epsilon " + fraction_text(epsilon);
    if (affine == kernels::Affine::per_channel) text += ", weight per channel";
    if (affine == kernels::Affine::per_element) text += ", weight per element";
    if (affine != kernels::Affine::none && has_bias) text += ", bias";
    if (over_batch) {
        text += cumulative ? ", cumulative" : ", momentum " + fraction_text(share_of_new);
        if (one_value == kernels::OneValue::running_statistics) text += ", one value by running statistics";
    }
    return text + ")";
}

// Each op has its words: what determines its output. `Pointwise` is made by fusion and not in a network's graph.
inline std::string op_text(const ops::Convolution& op) {
    const auto& [shape, bias, epilogue, folds_norm, axes, precision] = op;
    const auto& [input, output, kernel, stride, padding, dilation, groups, input_pitch, output_pitch] = shape;
    std::string text = "conv" + window_text(kernel, stride, padding);
    if (dilation != Size(1)) text += " dilation " + size_text(dilation);
    if (groups != 1) text += " groups " + std::to_string(groups);
    return text + (bias ? " bias" : "");
}
inline std::string op_text(const ops::Depthwise& op) {
    const auto& [shape, bias, epilogue, folds_norm] = op;
    const auto& [input, output, kernel, stride, padding, dilation, multiplier] = shape;
    std::string text = "depthwise" + window_text(kernel, stride, padding);
    if (dilation != Size(1)) text += " dilation " + size_text(dilation);
    return text + (bias ? " bias" : "");
}
inline std::string op_text(const ops::TransposedConvolution& op) {
    const auto& [back, bias, epilogue, folds_norm] = op;
    const auto& [output, input, kernel, stride, padding, dilation, groups, output_pitch, input_pitch] = back;
    std::string text = "conv_transpose" + window_text(kernel, stride, padding);
    if (dilation != Size(1)) text += " dilation " + size_text(dilation);
    return text + (bias ? " bias" : "");
}
inline std::string op_text(const ops::Linear& op) {
    const auto& [input, outputs, bias] = op;
    return std::string("linear") + (bias ? " bias" : "");
}
inline std::string op_text(const ops::Norm& op) { return norm_text(op.shape); }
inline std::string op_text(const ops::Activation& op) {
    return "activation " + std::string(op.activation.name().view());
}
inline std::string op_text(const ops::Add&) { return "add"; }
inline std::string op_text(const ops::Dropout& op) {
    const auto& [extent, rate] = op;
    return "dropout " + std::to_string(rate.threshold) + "/65536";
}
inline std::string op_text(const ops::Pointwise&) { return "pointwise"; }
inline std::string op_text(const ops::MaxPool& op) { return "max_pool" + window_text(op.windows); }
inline std::string op_text(const ops::AveragePool& op) { return "avg_pool" + window_text(op.windows); }
inline std::string op_text(const ops::Concat& op) {
    [[maybe_unused]] const auto& [output, inputs, channels, slices] = op;
    return "concat";
}
inline std::string op_text(const ops::Softmax&) { return "softmax"; }
inline std::string op_text(const ops::Resample& op) {
    const auto& [input, output, sampling, input_pitch, output_pitch] = op.shape;
    switch (sampling) {
        case kernels::Sampling::mean:
            return "adaptive_avg_pool";
        case kernels::Sampling::nearest:
            return "upsample nearest";
        case kernels::Sampling::bilinear:
            break;
    }
    return "upsample bilinear";
}
inline std::string op_text(const ops::Multiply& op) {
    const auto& [extent, per_channel] = op;
    return per_channel ? "multiply per channel" : "multiply";
}
inline std::string op_text(const ops::Scale& op) {
    const auto& [extent, factor] = op;
    return "scale " + fraction_text(factor);
}
inline std::string op_text(const ops::LayerScale& op) {
    [[maybe_unused]] const auto& [extent, initial] = op;
    return "layer_scale";
}
inline std::string op_text(const ops::Tap&) { return "tap"; }
inline std::string op_text(const ops::PReLU& op) {
    [[maybe_unused]] const auto& [extent, per_channel, initial] = op;
    return per_channel ? "prelu per channel" : "prelu";
}
inline std::string op_text(const ops::Slice& op) {
    const auto& [input, output, stride, top, left, first, input_pitch, output_pitch] = op.shape;
    std::string text = "slice";
    if (stride != Size(1)) text += " stride " + size_text(stride);
    return text + " from " + std::to_string(first) + "x" + std::to_string(top) + "x" + std::to_string(left);
}
inline std::string op_text(const ops::Input& op) {
    const auto& [sample, output, first, number] = op;
    return "input " + std::to_string(number) + " from " + std::to_string(first);
}
inline std::string op_text(const ops::Permute& op) {
    const auto& [input, groups, image] = op;
    if (op.is_image()) return "unflatten";
    return op.is_flat() ? "flatten" : "shuffle groups " + std::to_string(groups);
}

/// Node `number` of the graph, from 1, with its output shape: "conv 3x3 padding 1 16x32x32", "norm(groups 2, …)
/// 16x32x32". Its inputs are named by the numbers of their nodes, 0 for the network's input, unless the node reads the
/// one before it alone.
inline std::string node_text(const Node& node, int number) {
    std::string text = visit_op(node.op, [](const auto& op) { return op_text(op); });
    if (node.facts.inputs > 1 || node.inputs[0] != number - 1) {
        text += " of";
        for (const int v : node.reads()) text += " " + std::to_string(v);
    }
    if (node.source >= 0) text += " with parameters of " + std::to_string(node.source + 1);
    return text + " " + shape_text(node.facts.output);
}

/// The layer's name. A long `name()` may be cut (it is a `FixedString`), so a layer made of others gives each name in
/// full.
template <class L>
struct LayerWords {
    static std::string get() { return std::string(part_name<L>().view()); }
};
template <class... Layers>
std::string row_text(const char* name) {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + LayerWords<Layers>::get()), ...);
    return name + ("<" + text) + ">";
}
template <class... Layers>
struct LayerWords<Sequential<Layers...>> {
    static std::string get() { return row_text<Layers...>("Sequential"); }
};
template <class... Branch>
struct LayerWords<Residual<Branch...>> {
    static std::string get() { return row_text<Branch...>("Residual"); }
};
template <class Shortcut, class... Branch>
struct LayerWords<ProjectedResidual<Shortcut, Branch...>> {
    static std::string get() { return row_text<Shortcut, Branch...>("ProjectedResidual"); }
};
template <class... Branches>
struct LayerWords<Concat<Branches...>> {
    static std::string get() { return row_text<Branches...>("Concat"); }
};
template <class... Branches>
struct LayerWords<Sum<Branches...>> {
    static std::string get() { return row_text<Branches...>("Sum"); }
};
template <class... Branch>
struct LayerWords<Gate<Branch...>> {
    static std::string get() { return row_text<Branch...>("Gate"); }
};

template <Literal Name, class L>
struct LayerWords<Shared<Name, L>> {
    static std::string get() { return "Shared<" + std::string(Name.view()) + ", " + LayerWords<L>::get() + ">"; }
};

template <Literal Name, class... Head>
struct LayerWords<Tap<Name, Head...>> {
    static std::string get() {
        std::string text = "Tap<" + std::string(Name.view());
        ((text += ", " + LayerWords<Head>::get()), ...);
        return text + ">";
    }
};

template <class Net>
struct NetworkWords;
template <class T, class Input, class... Layers>
struct NetworkWords<BasicNetwork<T, Input, Layers...>> {
    static std::vector<std::string> get() { return {LayerWords<Layers>::get()...}; }
};

inline constexpr const char* between_nodes = " -> ";

}  // namespace detail

/// A text that identifies what the network computes: its scalar type and precision, its input shape, each node that its
/// layers append with everything that determines its output, and the names of its layers (a user's own layer or norm is
/// known only by its name). Networks with equal texts compute the same from equal parameters, on every machine. The
/// text does not depend on what is fused.
template <class Net>
std::string type_signature() {
    std::string text = std::string(type_of<typename Net::Scalar>) + " " + shape_text(Net::input_extent);
    if (Net::precision == Precision::bf16) text += " bf16";
    int number = 0;
    for (const Node& node : Net::graph.nodes) text += detail::between_nodes + detail::node_text(node, ++number);
    for (const std::string& name : detail::NetworkWords<Net>::get()) text += detail::between_nodes + ("by " + name);
    return text;
}

}  // namespace norma::inline NORMA_TARGET
