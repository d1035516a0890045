#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/elementwise.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/packet_pairs.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/kernels/statistics.hpp"

/// `Pointwise` forward; normalise_gradient.hpp has its gradient.
namespace norma::inline NORMA_TARGET::kernels {

/// Mean and 1 / √(variance + ε) of each pixel, or for each channel those of its group: `Pointwise::moment_count()`
/// numbers.
template <class T>
struct Moments {
    const T* mean = nullptr;  ///< 0 where it is not subtracted
    const T* rstd = nullptr;  ///< 1 / √(variance + ε)
};

/// inverse[c] = 1 / √(variance[c] + ε) for `n` variances. Writes (`=`) `inverse`, which may be `variance` itself.
template <class T>
inline void invert_deviations(int n, T epsilon, const T* variance, T* inverse) {
    for (int c = 0; c < n; ++c) inverse[c] = T(1) / std::sqrt(variance[c] + epsilon);
}

/// Mean and 1 / √(variance + ε) from one sample alone, `S.moment_count()` numbers each. Writes (`=`) both.
template <class T, Pointwise S>
inline void own_moments(const T* x, ScalarOf<T>* mean, ScalarOf<T>* inverse) {
    using N = ScalarOf<T>;
    if constexpr (S.per_pixel) {
        pixel_moments<T, S.extent, S.subtracts_mean, S.input_step()>(x, mean, inverse);
    } else {
        sample_moments<T, S.extent, S.groups, S.subtracts_mean, S.input_step()>(x, mean, inverse);
    }
    invert_deviations<N>(S.moment_count(), S.epsilon.template as<N>(), inverse, inverse);
}

namespace detail {

/// The constants of each channel in x̂ · weight + bias = (x − mean) · scale + shift. What belongs to one pixel or one
/// element (a mean, a deviation, a weight) is left out of them.
template <class T, Pointwise S>
struct ChannelTable {
    alignas(64) T mean[static_cast<std::size_t>(S.extent.channels)];
    alignas(64) T scale[static_cast<std::size_t>(S.extent.channels)];
    alignas(64) T shift[static_cast<std::size_t>(S.extent.channels)];

    ChannelTable(const Moments<T>& moments, const T* weight, const T* bias) {
        constexpr bool affine = S.affine == Affine::per_channel;
        if constexpr (S.normalises) {
            for (int c = 0; c < S.extent.channels; ++c) {
                mean[c] = S.per_pixel ? T(0) : moments.mean[c];
                const T inverse = S.per_pixel ? T(1) : moments.rstd[c];
                scale[c] = affine ? inverse * weight[c] : inverse;
                shift[c] = affine && S.has_bias ? bias[c] : T(0);
            }
        }
    }
};

/// The constants of `Packets` packets of channels, from channel `first` on, in registers. `n` is one of these packets.
template <class T, Pointwise S, class P, int Packets>
struct ChannelPackets {
    Moments<T> moments;
    const T* weight;
    const T* bias;
    int first;
    P mean[std::size_t(Packets)];
    P scale[std::size_t(Packets)];
    P shift[std::size_t(Packets)];

    NORMA_ALWAYS_INLINE ChannelPackets(const ChannelTable<T, S>& table, const Moments<T>& m, const T* w, const T* b,
                                       int channel)
        : moments(m), weight(w), bias(b), first(channel) {
        if constexpr (S.normalises) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                mean[n] = simd::load<P>(table.mean + channel + n * P::lanes);
                scale[n] = simd::load<P>(table.scale + channel + n * P::lanes);
                shift[n] = simd::load<P>(table.shift + channel + n * P::lanes);
            }
        }
    }
    /// Index of the packet's first element in an image that is no slice.
    NORMA_ALWAYS_INLINE int element(int n, int pixel) const { return at<S.extent.channels>(n, pixel); }
    /// The same in x and its gradient.
    NORMA_ALWAYS_INLINE int in(int n, int pixel) const { return at<S.input_step()>(n, pixel); }
    /// The same in y and its gradient.
    NORMA_ALWAYS_INLINE int out(int n, int pixel) const { return at<S.output_step()>(n, pixel); }
    template <int Step>
    NORMA_ALWAYS_INLINE int at(int n, int pixel) const {
        return pixel * Step + first + n * P::lanes;
    }
    /// x − mean.
    NORMA_ALWAYS_INLINE P centred(int n, int pixel, const P& x) const {
        if constexpr (!S.normalises || !S.subtracts_mean) {
            return x;
        } else if constexpr (S.per_pixel) {
            return simd::subtract(x, simd::set<P>(moments.mean[pixel]));
        } else {
            return simd::subtract(x, mean[n]);
        }
    }
    /// 1 / √(variance + ε), times the weight if both are per channel.
    NORMA_ALWAYS_INLINE P factor(int n, int pixel) const {
        if constexpr (S.per_pixel) return simd::set<P>(moments.rstd[pixel]);
        return scale[n];
    }
    /// norm(x), given x − mean.
    NORMA_ALWAYS_INLINE P normalised(int n, int pixel, const P& centred_x) const {
        if constexpr (!S.normalises) {
            return centred_x;
        } else if constexpr (S.affine == Affine::per_element) {
            const int e = element(n, pixel);
            const P hat = simd::multiply(centred_x, factor(n, pixel));
            if constexpr (!S.has_bias) return simd::multiply(hat, simd::load<P>(weight + e));
            return simd::multiply_add(hat, simd::load<P>(weight + e), simd::load<P>(bias + e));
        } else if constexpr (S.per_pixel) {
            return simd::multiply_add(simd::multiply(centred_x, factor(n, pixel)), scale[n], shift[n]);
        } else {
            return simd::multiply_add(centred_x, scale[n], shift[n]);
        }
    }
    /// dy times the activation's derivative at norm(x); without an activation dy. norm(x) is computed again, to the
    /// same bits as in the forward pass.
    NORMA_ALWAYS_INLINE P through_activation(int n, int pixel, const P& centred_x, const P& dy) const {
        if constexpr (!S.activation) return dy;
        return activation_gradient<S.activation>(normalised(n, pixel, centred_x), dy);
    }
};

/// Pixels in a strip. Dropout is a second pass over the image, so there the image is cut into strips of at most 2,048
/// numbers (8 KiB of floats), which stay in the L1 cache from the first pass to the second. Without dropout the whole
/// image is one strip.
template <Pointwise S>
inline constexpr int strip_pixels =
    S.drops ? std::max(1, std::min(S.extent.pixels(), 2048 / S.extent.channels)) : S.extent.pixels();

/// Calls `f(first pixel, one past the last)` for every strip.
template <Pointwise S, class F>
NORMA_INLINE inline void for_each_strip(F&& f) {
    for (int first = 0; first < S.extent.pixels(); first += strip_pixels<S>) {
        f(first, std::min(S.extent.pixels(), first + strip_pixels<S>));
    }
}

}  // namespace detail

/// Pixels [begin, end) of `y`, an image with the output's pitch, times the dropout mask `keep` and divided by the
/// probability of being kept, in place. `keep` has a byte per unit of the image.
template <class T, Pointwise S>
inline void drop_pixels(const std::uint8_t* keep, int begin, int end, T* y) {
    constexpr int channels = S.extent.channels;
    constexpr int pixels = S.output_step() == channels ? S.extent.pixels() : 1;  // that are one run of numbers
    for (; begin < end; begin += pixels) {
        drop_units<T>(S.rate, keep + begin * channels, std::min(end - begin, pixels) * channels,
                      y + begin * S.output_step());
    }
}

/// y = drop(skip + f(norm(x))). `x`, `skip` and `y` are images of `S.extent` (`skip` only if it is added, and no slice;
/// `y` may be `x`). `weight` and `bias` have `S.weight_count()` and `S.bias_count()` numbers. `keep` has a byte per
/// unit, or is null if nothing is dropped (evaluation). Writes (`=`) `y`.
template <class T, Pointwise S>
inline void pointwise(const T* x, const T* skip, const Moments<ScalarOf<T>>& moments, const ScalarOf<T>* weight,
                      const ScalarOf<T>* bias, const std::uint8_t* keep, T* y) {
    using N = ScalarOf<T>;
    constexpr int channels = S.extent.channels;
    const detail::ChannelTable<N, S> table(moments, weight, bias);
    detail::for_each_strip<S>([&](int begin, int end) NORMA_ALWAYS_INLINE {
        simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
            const detail::ChannelPackets<N, S, P, Packets> local(table, moments, weight, bias, channel);
            for (int pixel = begin; pixel < end; ++pixel) {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const P in = simd::load<P>(x + local.in(n, pixel));
                    P value = local.normalised(n, pixel, local.centred(n, pixel, in));
                    value = activate<S.activation>(value);
                    if constexpr (S.adds_skip) {
                        value = simd::add(value, simd::load<P>(skip + local.element(n, pixel)));
                    }
                    simd::store(y + local.out(n, pixel), value);
                }
            }
        });
        if constexpr (S.drops) {
            if (keep != nullptr) drop_pixels<T, S>(keep, begin, end, y);
        }
    });
}

}  // namespace norma::inline NORMA_TARGET::kernels
