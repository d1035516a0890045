#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/sums.hpp"

/// Means and variances: of the groups of a sample, of its pixels, and of several samples. First an estimate of the mean
/// is computed. A pass over all numbers gives the variance about the estimate, and the mean of what is left
/// (x − estimate), which corrects both (Chan, Golub and LeVeque, 1983). So the mean of equal numbers is exactly that
/// number, and the variance stays accurate if the mean is much larger than the deviation. Several samples are merged by
/// Chan's formula, with means in twice the precision.
namespace norma::inline NORMA_TARGET::kernels {

/// From the sums of `E.channels` channels to the means of their groups, in place: sums[c] becomes the sum of its group
/// / the number of elements that the group has in one sample. A group is a run of neighbouring channels.
template <class T, Extent E, int Groups>
inline void group_means(T* sums) {
    constexpr int channels = E.channels / Groups;
    constexpr T count = static_cast<T>(channels) * static_cast<T>(E.pixels());
    for (int group = 0; group < Groups; ++group) {
        T* const first = sums + group * channels;
        const T mean = sum_of<T, channels>(first) / count;
        for (int c = 0; c < channels; ++c) first[c] = mean;
    }
}

/// Corrects a mean and the variance about it by `left`, the mean of x − mean: mean += left, variance −= left² (but not
/// below 0), both in place. Returns the rounding error of the new mean, exact − rounded.
template <class T>
NORMA_INLINE inline T correct(T left, T& mean, T& variance) {
    const T corrected = mean + left;
    const T rest = left - (corrected - mean);
    const T about_corrected = variance - left * left;
    variance = about_corrected < 0 ? T(0) : about_corrected;
    mean = corrected;
    return rest;
}

namespace detail {

/// From the means `mean` to the moments about them, of the groups of a sample: `left` is the mean of x − mean,
/// `variance` the mean of (x − mean)². Writes (`=`) both, a number per channel. `Step` is as in `sample_moments`.
template <class T, Extent E, int Groups, int Step>
inline void moments_about(const T* x, const ScalarOf<T>* mean, ScalarOf<T>* left, ScalarOf<T>* variance) {
    channel_deviations<T, E, Step>(x, mean, left, variance);
    group_means<ScalarOf<T>, E, Groups>(left);
    group_means<ScalarOf<T>, E, Groups>(variance);
}

/// Pixels of an image whose mean is the estimate of its mean: all, or `most` from all over the image.
template <Extent E>
struct SampledPixels {
    static constexpr int most = 16;
    static constexpr Extent extent{E.channels, 1, std::min(E.pixels(), most)};
    /// From one to the next. An odd number, so that they are not all in one column of an image of even width.
    static constexpr int distance = E.pixels() > most ? (E.pixels() / most - 1) | 1 : 1;
};

}  // namespace detail

/// mean[c] and variance[c] (biased) of channel c's group within one sample, repeated for all channels of the group. If
/// the mean is not subtracted, mean[c] = 0 and variance[c] is the mean square. Writes (`=`) both and, unless it is
/// null, `rest`, the rounding error of each mean. `Step` is the distance from one pixel of `x` to the next.
///
/// The mean of a few pixels is the estimate for the pass over all. If it is more than a deviation from the mean, the
/// variance about it would lose digits; then there is a second pass, about the mean of the first.
template <class T, Extent E, int Groups, bool SubtractMean, int Step = E.channels>
inline void sample_moments(const T* x, ScalarOf<T>* mean, ScalarOf<T>* variance, ScalarOf<T>* rest = nullptr) {
    using N = ScalarOf<T>;
    if constexpr (SubtractMean) {
        using Sampled = detail::SampledPixels<E>;
        alignas(64) N left[static_cast<std::size_t>(E.channels)];
        channel_sums<T, Sampled::extent, Sampled::distance * Step>(x, mean);
        group_means<N, Sampled::extent, Groups>(mean);
        detail::moments_about<T, E, Groups, Step>(x, mean, left, variance);
        bool is_far = false;
        for (int c = 0; c < E.channels; ++c) is_far |= !(2 * left[c] * left[c] <= variance[c]);
        if (is_far) [[unlikely]] {
            for (int c = 0; c < E.channels; ++c) mean[c] += left[c];
            detail::moments_about<T, E, Groups, Step>(x, mean, left, variance);
        }
        for (int c = 0; c < E.channels; ++c) left[c] = correct(left[c], mean[c], variance[c]);
        if (rest != nullptr) std::copy_n(left, E.channels, rest);
    } else {
        std::fill_n(mean, E.channels, N(0));
        channel_squares<T, E, Step>(x, variance);
        group_means<N, E, Groups>(variance);
        if (rest != nullptr) std::fill_n(rest, E.channels, N(0));
    }
}

namespace detail {
/// Is the mean more than four deviations from 0, so that the rounding of its sum matters? Pixels ask first, because a
/// correction is a sum across a register: with a pixel's few channels it would take longer than all else.
template <class T>
constexpr bool needs_correction(T mean, T variance) {
    return mean * mean > 16 * variance;
}

/// The mean of x − centre over a pixel's channels.
template <class T, int Channels>
NORMA_NOINLINE inline ScalarOf<T> mean_of_deviations(const T* x, ScalarOf<T> centre) {
    const auto [sum] =
        sum_over_channels<T, Channels, 1>(x, [centre]<class P>(P* sums, const P& value) NORMA_ALWAYS_INLINE {
            sums[0] = simd::add(sums[0], simd::subtract(value, simd::set<P>(centre)));
        });
    return sum / static_cast<ScalarOf<T>>(Channels);
}
}  // namespace detail

/// mean[p] and variance[p] (biased) over the channels of pixel p. If the mean is not subtracted, mean[p] = 0 and
/// variance[p] is the mean square. Writes (`=`) both, H·W numbers each. `Step` is the distance from one pixel of `x` to
/// the next.
template <class T, Extent E, bool SubtractMean, int Step = E.channels>
inline void pixel_moments(const T* x, ScalarOf<T>* mean, ScalarOf<T>* variance) {
    constexpr int channels = E.channels;
    constexpr auto count = static_cast<ScalarOf<T>>(channels);
    for (int pixel = 0; pixel < E.pixels(); ++pixel) {
        const T* const first = x + pixel * Step;
        ScalarOf<T> centre = 0;
        if constexpr (SubtractMean) centre = sum_of<T, channels>(first) / count;
        const auto [squares] =
            sum_over_channels<T, channels, 1>(first, [centre]<class P>(P* sum, const P& value) NORMA_ALWAYS_INLINE {
                const P deviation = simd::subtract(value, simd::set<P>(centre));
                sum[0] = simd::multiply_add(deviation, deviation, sum[0]);
            });
        mean[pixel] = centre;
        variance[pixel] = squares / count;
        if constexpr (SubtractMean) {
            if (detail::needs_correction(centre, variance[pixel])) [[unlikely]] {
                correct(detail::mean_of_deviations<T, channels>(first, centre), mean[pixel], variance[pixel]);
            }
        }
    }
}

/// Statistics of a set of samples into which others are merged: their number and, for each channel, the mean, as the
/// sum mean + rest, and squares = number of samples × biased variance.
template <class T>
struct SampleSet {
    T* count;    ///< one number: how many samples
    T* mean;     ///< a number per channel
    T* rest;     ///< a number per channel: the rounding error of `mean`
    T* squares;  ///< a number per channel
};

/// Merges the samples of `other` into `set` (in place), for `n` channels, by Chan's formula. Knuth's two-sum finds the
/// rounding error of each new mean.
template <class T>
inline void merge_samples(int n, const SampleSet<T>& set, const SampleSet<T>& other) {
    const T total = *set.count + *other.count;
    if (!(*other.count > 0)) return;
    const T share = *other.count / total;
    const T weight = *set.count * share;
    for (int c = 0; c < n; ++c) {
        const T old = set.mean[c];
        const T difference = other.mean[c] - old;
        const T difference_of_rests = other.rest[c] - set.rest[c];
        const T whole = difference + difference_of_rests;
        set.squares[c] += other.squares[c] + whole * whole * weight;
        const T step = difference * share;
        const T sum = old + step;
        const T taken = sum - old;
        set.mean[c] = sum;
        set.rest[c] += difference_of_rests * share + ((old - (sum - taken)) + (step - taken));
    }
    *set.count = total;
}

}  // namespace norma::inline NORMA_TARGET::kernels
