#pragma once

#include <concepts>
#include <string_view>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pointwise.hpp"

namespace norma::inline NORMA_TARGET {

using kernels::Affine;
using kernels::Fraction;
using kernels::OneValue;

/// Base of a norm policy: PyTorch's defaults, of which a policy redefines those that differ. It says over which
/// elements one mean and one variance are taken, and nothing more.
/// @snippet own_norm.cpp policy
struct NormDefaults {
    /// False only for a policy that returns its input unchanged.
    static constexpr bool normalises = true;
    /// Whether statistics are over all samples of the batch. Then running averages are kept for evaluation.
    static constexpr bool over_batch = false;
    /// Whether each pixel of a sample has its own mean and variance, over its channels. Then `groups` is 1.
    static constexpr bool per_pixel = false;
    /// Whether the mean is subtracted; if not, the variance is the mean square (as in RMSNorm).
    static constexpr bool subtracts_mean = true;
    /// What the learned weight and bias belong to.
    static constexpr Affine affine = Affine::per_channel;
    /// Whether there is a bias beside the weight; without a weight there is none.
    static constexpr bool has_bias = true;
    /// Added to the variance under the root.
    static constexpr Fraction epsilon{1, 100000};
    /// Weight of a new batch in the running averages.
    static constexpr Fraction momentum{1, 10};
    /// Whether all batches have the same share in the running averages, whatever `momentum` is: PyTorch's
    /// momentum=None. A batch that was normalised by the running averages counts as one that had these statistics.
    static constexpr bool cumulative = false;
    /// What training does with a batch that has one value per channel, if statistics are over the batch.
    static constexpr OneValue one_value = OneValue::error;
};

/// A norm policy: inherits `NormDefaults` and has `groups(channels)`, the number of groups of neighbouring channels
/// that share a mean and a variance, and a `name()` for tables and messages.
template <class N>
concept NormPolicy = requires(int channels) {
    { N::name() } -> std::convertible_to<FixedString>;
    { N::groups(channels) } -> std::convertible_to<int>;
    { N::normalises } -> std::convertible_to<bool>;
    { N::over_batch } -> std::convertible_to<bool>;
    { N::per_pixel } -> std::convertible_to<bool>;
    { N::subtracts_mean } -> std::convertible_to<bool>;
    { N::affine } -> std::convertible_to<Affine>;
    { N::has_bias } -> std::convertible_to<bool>;
    { N::epsilon } -> std::convertible_to<Fraction>;
    { N::momentum } -> std::convertible_to<Fraction>;
    { N::cumulative } -> std::convertible_to<bool>;
    { N::one_value } -> std::convertible_to<OneValue>;
};

/// Compile errors for a class that inherits `NormDefaults` but is no norm policy: each says in a sentence what is
/// missing or wrong.
template <class N>
struct NormPolicyCheck {
    /// Does it inherit `NormDefaults`?
    static constexpr bool inherits_defaults = std::derived_from<N, NormDefaults>;
    /// Does it have a name?
    static constexpr bool has_name = requires {
        { N::name() } -> std::convertible_to<FixedString>;
    };
    /// Does it say where statistics are taken?
    static constexpr bool has_groups = requires(int channels) {
        { N::groups(channels) } -> std::convertible_to<int>;
    };
    static_assert(!inherits_defaults || has_name,
                  "norma: this norm policy has no name: add `static constexpr FixedString name()`.");
    static_assert(
        !inherits_defaults || has_groups,
        "norma: this norm policy does not say where statistics are taken: add `static constexpr int groups(int "
        "channels)`, the number of groups of neighbouring channels that share a mean and a variance.");
    /// Are its fractions fractions?
    static constexpr bool has_fractions = requires {
        { N::epsilon } -> std::convertible_to<Fraction>;
        { N::momentum } -> std::convertible_to<Fraction>;
    };
    static_assert(!inherits_defaults || has_fractions,
                  "norma: a norm's epsilon and momentum are fractions: write `static constexpr Fraction "
                  "epsilon{1, 1000}`, not 1e-3.");
    static_assert(!inherits_defaults || !has_name || !has_groups || !has_fractions || NormPolicy<N>,
                  "norma: this norm policy redefines a member of NormDefaults with another type.");
    /// Are its statistics taken per pixel or over the batch, not both?
    static constexpr bool domain_fits = [] {
        if constexpr (NormPolicy<N>) return !N::over_batch || !N::per_pixel;
        return true;
    }();
    static_assert(domain_fits,
                  "norma: a norm takes its statistics per pixel or over the batch, not both: set per_pixel or "
                  "over_batch to false.");
    /// Are its fractions in their ranges?
    static constexpr bool fractions_fit = [] {
        if constexpr (NormPolicy<N>) {
            constexpr Fraction epsilon = N::epsilon;
            constexpr Fraction share = N::momentum;
            return epsilon.numerator >= 0 && epsilon.denominator > 0 && share.numerator >= 0 &&
                   share.denominator >= share.numerator && share.denominator > 0;
        }
        return true;
    }();
    static_assert(fractions_fit,
                  "norma: a norm's epsilon must be a fraction of at least 0, such as {1, 1000}, and its "
                  "momentum a fraction from 0 to 1, such as {1, 10}.");
    /// Does it leave `has_bias` at its default, if it has no weight?
    static constexpr bool bias_fits = [] {
        if constexpr (requires { &N::has_bias; } && NormPolicy<N>) {
            if constexpr (N::affine == Affine::none && N::has_bias) return &N::has_bias == &NormDefaults::has_bias;
        }
        return true;
    }();
    static_assert(bias_fits,
                  "norma: a norm without a weight (affine = Affine::none) has no bias either: leave has_bias out, or "
                  "set affine to Affine::per_channel.");
    /// Is `N` a policy? Also true if an error above said what is missing.
    static constexpr bool value = NormPolicy<N> || inherits_defaults;
};

/// Policy `N` for activations of shape `extent`, as the kernels take it.
template <NormPolicy N>
constexpr kernels::Pointwise normalisation(Extent extent) {
    kernels::Pointwise stage{};
    stage.extent = extent;
    stage.normalises = N::normalises;
    stage.over_batch = N::over_batch;
    stage.per_pixel = N::per_pixel;
    stage.subtracts_mean = N::subtracts_mean;
    stage.groups = N::groups(extent.channels);
    stage.affine = N::affine;
    stage.has_bias = N::has_bias;
    stage.epsilon = N::epsilon;
    stage.momentum = N::momentum;
    stage.cumulative = N::cumulative;
    stage.one_value = N::one_value;
    return stage;
}

}  // namespace norma::inline NORMA_TARGET
