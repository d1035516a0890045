#pragma once

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/activation.hpp"
#include "norma/kernels/elementwise.hpp"

/// What happens to each element between two convolutions: norm, activation, addition of a skip, dropout, in this order,
/// each part optional. Every norm is x̂ = (x − mean) / √(variance + ε), then x̂ · weight + bias (or x̂ · weight, or x̂
/// alone). Norms differ only in the elements over which mean and variance are taken.
namespace norma::inline NORMA_TARGET::kernels {

/// What a norm's learned weight and bias belong to.
enum class Affine { none, per_channel, per_element };

/// What training does if a norm over the batch gets one value per channel. Its variance is 0, whatever the value is.
enum class OneValue {
    error,              ///< throws TrainingError
    running_statistics  ///< normalises this batch by the running statistics, which stay as they are
};

/// A fraction, which can be a template argument: Clang 16 takes no floating-point ones.
struct Fraction {
    long long numerator = 0;    ///< may be 0
    long long denominator = 1;  ///< positive

    /// As a number, rounded once.
    template <class T>
    constexpr T as() const {
        return static_cast<T>(numerator) / static_cast<T>(denominator);
    }
    friend constexpr bool operator==(const Fraction&, const Fraction&) = default;
};

/// y = drop(skip + f(norm(x))), for one sample; f is the activation. x and y may be slices of the channels of wider
/// images: the pitch is the distance in numbers from one pixel to the next, and 0 stands for the number of channels. It
/// is that of their gradients too.
struct Pointwise {
    Extent extent = {};            ///< of one sample
    bool normalises = false;       ///< begins with a norm
    bool over_batch = false;       ///< statistics are over the whole batch; evaluation uses the running averages
    bool subtracts_mean = true;    ///< if not, the variance is the mean square
    bool per_pixel = false;        ///< each pixel has a mean and variance over its channels; not with over_batch
    int groups = 1;                ///< sets of neighbouring channels with one mean and variance each; 1 if per_pixel
    Affine affine = Affine::none;  ///< of the norm
    bool has_bias = true;          ///< the affine has a bias beside its weight
    Fraction epsilon{1, 100000};   ///< added to the variance under the root
    Fraction momentum{1, 10};      ///< share of a new batch in the running averages
    bool cumulative = false;       ///< instead, all batches have the same share
    OneValue one_value = OneValue::error;  ///< what training does with one value per channel
    Activation activation = {};            ///< f
    bool adds_skip = false;                ///< an earlier activation is added
    bool drops = false;                    ///< dropout, in modes that have it
    DropoutRate rate = {};                 ///< of the units dropped
    int input_pitch = 0;                   ///< from one pixel of x to the next
    int output_pitch = 0;                  ///< from one pixel of y to the next

    /// Distance from one pixel of x to the next.
    constexpr int input_step() const { return input_pitch != 0 ? input_pitch : extent.channels; }
    /// Distance from one pixel of y to the next.
    constexpr int output_step() const { return output_pitch != 0 ? output_pitch : extent.channels; }

    /// Elements of one sample that share a mean and a variance.
    constexpr int domain_size() const { return per_pixel ? extent.channels : extent.size() / groups; }
    /// Means of one sample, and as many variances: one per pixel if `per_pixel`, else one per channel.
    constexpr int moment_count() const { return per_pixel ? extent.pixels() : extent.channels; }
    /// Numbers in the weight.
    constexpr int weight_count() const {
        if (affine == Affine::none) return 0;
        return affine == Affine::per_channel ? extent.channels : extent.size();
    }
    /// Numbers in the bias.
    constexpr int bias_count() const { return has_bias ? weight_count() : 0; }
    friend constexpr bool operator==(const Pointwise&, const Pointwise&) = default;
};

}  // namespace norma::inline NORMA_TARGET::kernels
