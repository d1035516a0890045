#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "norma/core/sentence.hpp"
#include "norma/core/target.hpp"
#include "norma/io/tensor_view.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/layers/stage.hpp"
#include "norma/network/network.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

inline std::string fraction_text(const kernels::Fraction& fraction) {
    return std::to_string(fraction.numerator) + "/" + std::to_string(fraction.denominator);
}

// The structured bindings name every member, so that after adding a member this file compiles only with a text for it.

/// The window of a convolution or a pooling: "3x3 stride 2 padding 1", without stride 1 and padding 0.
template <class Windows>
std::string window_text(const Windows& windows) {
    const auto& [input, output, height, width, stride, padding] = windows;
    std::string text = " " + std::to_string(height) + "x" + std::to_string(width);
    if (stride != 1) text += " stride " + std::to_string(stride);
    if (padding != 0) text += " padding " + std::to_string(padding);
    return text;
}

/// A pointwise stage; `skip` is the number of the stage whose output it adds.
inline std::string pointwise_text(const kernels::Pointwise& pointwise, const std::string& skip) {
    const auto& [extent, normalises, over_batch, subtracts_mean, per_pixel, groups, affine, has_bias, epsilon,
                 share_of_new, cumulative, one_value, relu, adds_skip, drops, rate] = pointwise;
    std::string text;
    if (normalises) {
        text += over_batch ? " norm(batch" : per_pixel ? " norm(pixel" : " norm(groups " + std::to_string(groups);
        if (!subtracts_mean) text += ", mean square";
        text += ", epsilon " + fraction_text(epsilon);
        if (affine == kernels::Affine::per_channel) text += ", weight per channel";
        if (affine == kernels::Affine::per_element) text += ", weight per element";
        if (affine != kernels::Affine::none && has_bias) text += ", bias";
        if (over_batch) {
            text += cumulative ? ", cumulative" : ", momentum " + fraction_text(share_of_new);
            if (one_value == kernels::OneValue::running_statistics) text += ", one value by running statistics";
        }
        text += ")";
    }
    if (relu) text += " relu";
    if (adds_skip) text += " + stage " + skip;
    if (drops) text += " dropout " + std::to_string(rate.threshold) + "/65536";
    return text;
}

/// One stage with its output shape: "conv 3x3 padding 1 16x32x32", "norm(groups 2, …) relu 16x32x32". `makers` has for
/// each value the number of the stage that computes it, from 1; 0 is the network's input. These numbers name a skip,
/// and an input that is not the output of the stage before.
inline std::string stage_text(const Stage& stage, const std::vector<int>& makers) {
    const auto& [kind, convolution, bias, is_linear, pointwise, pooling, input, output, skip, layer] = stage;
    const auto maker = [&](int value) { return value < 0 ? "none" : std::to_string(makers[std::size_t(value)]); };
    std::string text;
    if (makers[std::size_t(input)] + 1 != makers[std::size_t(output)]) text += " of stage " + maker(input) + ":";
    switch (kind) {
        case Stage::Kind::convolution:
            text += (is_linear ? " linear" : " conv") + window_text(convolution) + (bias ? " bias" : "");
            break;
        case Stage::Kind::pointwise:
            text += pointwise_text(pointwise, maker(skip));
            break;
        case Stage::Kind::max_pool:
            text += " max_pool" + window_text(pooling);
            break;
        case Stage::Kind::average_pool:
            text += " avg_pool" + window_text(pooling);
            break;
    }
    return text.substr(1) + " " + shape_text(stage.output_extent());
}

/// Does `stage_text` know this kind of stage?
constexpr bool has_words(const Stage& stage) {
    return stage.kind == Stage::Kind::convolution || stage.kind == Stage::Kind::pointwise ||
           stage.kind == Stage::Kind::max_pool || stage.kind == Stage::Kind::average_pool;
}

/// The layer's name. A long `name()` may be cut (it is a `Sentence`), so a layer made of others gives each name in
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

template <class Net>
struct NetworkWords;
template <class T, class Input, class... Layers>
struct NetworkWords<BasicNetwork<T, Input, Layers...>> {
    static std::vector<std::string> get() { return {LayerWords<Layers>::get()...}; }
};

inline constexpr const char* between_stages = " -> ";

}  // namespace detail

/// A text that identifies what the network computes: its scalar type, its input shape, each stage with everything that
/// determines its output, and the names of its layers (a user's own layer or norm is known only by its name). Networks
/// with equal texts compute the same from equal parameters, on every machine.
template <class Net>
std::string type_signature() {
    static constexpr auto& stages = Net::template plan<training_mode>.stages;
    static_assert(
        std::ranges::all_of(stages, [](const PlannedStage& s) { return detail::has_words(s.stage); }),
        "norma: type_signature has no text for a stage of this network: add the new Stage::Kind to stage_text "
        "and has_words (norma/io/type_signature.hpp).");
    std::string text = std::string(type_of<typename Net::Scalar>) + " " + shape_text(Net::input_extent);
    std::vector<int> makers{0};
    int stage = 0;
    for (const PlannedStage& s : stages) {
        makers.resize(std::max(makers.size(), std::size_t(s.stage.output) + 1));
        makers[std::size_t(s.stage.output)] = ++stage;
        text += detail::between_stages + detail::stage_text(s.stage, makers);
    }
    for (const std::string& name : detail::NetworkWords<Net>::get()) text += detail::between_stages + ("by " + name);
    return text;
}

}  // namespace norma::inline NORMA_TARGET
