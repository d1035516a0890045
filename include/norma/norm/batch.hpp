#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/options.hpp"

namespace norma::inline NORMA_TARGET {

/// Options of a batch norm, for instance `BasicBatchNorm<BatchNormOptions{.cumulative = true}>`. The defaults are
/// PyTorch's.
struct BatchNormOptions {
    /// Added to the variance under the root, as a fraction.
    Fraction epsilon{1, 100000};
    /// Whether a weight and bias are learned.
    bool affine = true;
    /// Weight of a new batch in the running averages.
    Fraction momentum{1, 10};
    /// Whether all batches have the same share in the running averages, whatever `momentum` is: PyTorch's
    /// momentum=None.
    bool cumulative = false;
    /// What training does with a batch that has one value per channel.
    OneValue one_value = OneValue::error;
};

/// Batch normalisation (Ioffe and Szegedy, 2015; PyTorch's BatchNorm2d): one mean and variance per channel over the
/// whole batch; weight and bias per channel. Training normalises by the biased variance of the batch and moves the
/// running averages by `momentum` towards its mean and unbiased variance; evaluation uses the running
/// averages.
/// @snippet examples_test.cpp norms
template <BatchNormOptions Options = BatchNormOptions{}>
struct BasicBatchNorm : NormDefaults {
    static constexpr FixedString name() {
        constexpr BatchNormOptions defaults;
        FixedString changed = detail::changed_options(Options);
        if (Options.momentum != defaults.momentum) {
            changed << ", momentum=" << Options.momentum.numerator << "/" << Options.momentum.denominator;
        }
        if (Options.cumulative) changed << ", cumulative=true";
        if (Options.one_value != defaults.one_value) changed << ", one_value=running_statistics";
        return detail::name_with("BatchNorm", changed);
    }
    static constexpr bool over_batch = true;
    static constexpr int groups(int channels) { return channels; }
    static constexpr Affine affine = Options.affine ? Affine::per_channel : Affine::none;
    static constexpr Fraction epsilon = Options.epsilon;
    static constexpr Fraction momentum = Options.momentum;
    static constexpr bool cumulative = Options.cumulative;
    static constexpr OneValue one_value = Options.one_value;
};

/// Batch normalisation with PyTorch's defaults.
struct BatchNorm : BasicBatchNorm<> {};

}  // namespace norma::inline NORMA_TARGET
