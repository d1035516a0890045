#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "norma/core/sentence.hpp"
#include "norma/core/target.hpp"
#include "norma/io/safetensors.hpp"
#include "norma/layers/stage.hpp"
#include "norma/network/network.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

inline std::string fraction_text(const kernels::Fraction& fraction) {
    return std::to_string(fraction.numerator) + "/" + std::to_string(fraction.denominator);
}

/// Window of a convolution or a pool: "3x3 stride 2 padding 1", without what does nothing.
template <class Windows>
std::string window_text(const Windows& w) {
    std::string text = " " + std::to_string(w.kernel_height) + "x" + std::to_string(w.kernel_width);
    if (w.stride != 1) text += " stride " + std::to_string(w.stride);
    if (w.padding != 0) text += " padding " + std::to_string(w.padding);
    return text;
}

inline std::string norm_text(const kernels::Pointwise& p) {
    std::string text = " norm(";
    text += p.couples_samples ? "batch" : p.per_pixel ? "pixel" : "groups " + std::to_string(p.groups);
    if (!p.subtracts_mean) text += ", mean square";
    text += ", epsilon " + fraction_text(p.epsilon);
    if (p.affine == kernels::Affine::per_channel) text += ", weight per channel";
    if (p.affine == kernels::Affine::per_element) text += ", weight per element";
    if (p.affine != kernels::Affine::none && p.has_bias) text += ", bias";
    if (p.couples_samples) {
        text += p.cumulative ? ", cumulative" : ", momentum " + fraction_text(p.running_weight_of_new);
        if (p.one_value == kernels::OneValue::running_statistics) text += ", one value by running statistics";
    }
    return text + ")";
}

/// One stage in words, with the shape that it makes: "conv 3x3 padding 1 16x32x32", "norm(groups 2, …) relu 16x32x32".
/// `makers` has for each value the number of the stage that made it, from 1, or 0 for the network's input; an input
/// that is not the output of the stage before, and a skip, are told by it.
inline std::string stage_text(const Stage& s, const std::vector<int>& makers) {
    const auto maker = [&](int value) { return std::to_string(makers[std::size_t(value)]); };
    std::string text;
    if (makers[std::size_t(s.input)] + 1 != makers[std::size_t(s.output)]) text += " of stage " + maker(s.input) + ":";
    if (s.kind == Stage::Kind::convolution) {
        text += (s.is_linear ? " linear" : " conv") + window_text(s.convolution) + (s.bias ? " bias" : "");
    } else if (s.kind == Stage::Kind::pointwise) {
        if (s.pointwise.normalises) text += norm_text(s.pointwise);
        if (s.pointwise.relu) text += " relu";
        if (s.pointwise.adds_skip) text += " + stage " + maker(s.skip);
        if (s.pointwise.drops) text += " dropout " + std::to_string(s.pointwise.rate.threshold) + "/65536";
    } else {
        text += (s.kind == Stage::Kind::max_pool ? " max_pool" : " avg_pool") + window_text(s.pooling);
    }
    return text.substr(1) + " " + shape_text(s.output_extent());
}

inline constexpr const char* between_stages = " -> ";

}  // namespace detail

/// The network's type in words: its scalar, its input, and each stage with all that decides what it computes.
/// Networks of the same words compute the same from the same numbers. Layers' names are left out: those of layers made
/// of others may be cut (`Sentence`).
template <class Net>
std::string type_signature() {
    std::string text = std::string(type_of<typename Net::Scalar>) + " " + shape_text(Net::input_extent);
    std::vector<int> makers{0};
    int stage = 0;
    for (const PlannedStage& s : Net::template plan<training_mode>.stages) {
        makers.resize(std::max(makers.size(), std::size_t(s.stage.output) + 1));
        makers[std::size_t(s.stage.output)] = ++stage;
        text += detail::between_stages + detail::stage_text(s.stage, makers);
    }
    return text;
}

}  // namespace norma::inline NORMA_TARGET
