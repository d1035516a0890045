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
#include "norma/kernels/pointwise.hpp"
#include "norma/kernels/statistics.hpp"
#include "norma/kernels/write.hpp"

/// Kernels of `Pointwise`, forward and backward.
namespace norma::inline NORMA_TARGET::kernels {

/// Per channel the mean and 1 / √(variance + ε) of its group, or those of each pixel: `Pointwise::moment_count()`.
template <class T>
struct Moments {
    const T* mean = nullptr;               ///< 0 where it is not subtracted
    const T* inverse_deviation = nullptr;  ///< of the group, ε included
};

/// 1 / √(variance + ε) of `n` variances. Writes (`=`) `inverse`, which may be `variance` itself.
template <class T>
inline void invert_deviations(int n, T epsilon, const T* variance, T* inverse) {
    for (int c = 0; c < n; ++c) inverse[c] = T(1) / std::sqrt(variance[c] + epsilon);
}

/// Mean and 1 / √(variance + ε) of one sample by itself, `S.moment_count()` numbers each. Writes (`=`) both.
template <class T, Pointwise S>
inline void own_moments(const T* x, T* mean, T* inverse) {
    if constexpr (S.per_pixel) {
        pixel_moments<T, S.extent, S.subtracts_mean>(x, mean, inverse);
    } else {
        sample_moments<T, S.extent, S.groups, S.subtracts_mean>(x, mean, inverse);
    }
    invert_deviations<T>(S.moment_count(), S.epsilon.template as<T>(), inverse, inverse);
}

namespace detail {

/// x̂ · weight + bias of a channel as (x − mean) · scale + shift. Where mean and deviation are each pixel's own, `scale`
/// and `shift` are weight and bias alone.
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
                const T inverse = S.per_pixel ? T(1) : moments.inverse_deviation[c];
                scale[c] = affine ? inverse * weight[c] : inverse;
                shift[c] = affine && S.has_bias ? bias[c] : T(0);
            }
        }
    }
};

/// The part of the table of the channels from `first` on in registers, and what is computed from it for packet `n` of
/// them at a pixel.
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
    NORMA_ALWAYS_INLINE int element(int n, int pixel) const { return pixel * S.extent.channels + first + n * P::lanes; }
    NORMA_ALWAYS_INLINE P centred(int n, int pixel, const P& x) const {
        if constexpr (!S.normalises || !S.subtracts_mean) {
            return x;
        } else if constexpr (S.per_pixel) {
            return simd::subtract(x, simd::set<P>(moments.mean[pixel]));
        } else {
            return simd::subtract(x, mean[n]);
        }
    }
    /// What a centred value is multiplied by to be normalised; times the weight, unless that is the element's or the
    /// deviation the pixel's.
    NORMA_ALWAYS_INLINE P factor(int n, int pixel) const {
        if constexpr (S.per_pixel) return simd::set<P>(moments.inverse_deviation[pixel]);
        return scale[n];
    }
    /// The normalised and scaled value, from the centred one.
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
    /// dy where the ReLU let the value through. The value is computed again as the forward pass did, bit for bit.
    NORMA_ALWAYS_INLINE P through_relu(int n, int pixel, const P& centred_x, const P& dy) const {
        if constexpr (!S.relu) return dy;
        return simd::where_positive(normalised(n, pixel, centred_x), dy);
    }
};

/// Where units are dropped, an image is worked on in strips of a few rows, so that the second pass over a strip finds
/// it in the L1 cache; elsewhere it is one strip.
template <Pointwise S>
inline constexpr int strip_pixels =
    S.drops ? std::max(1, std::min(S.extent.pixels(), 2048 / S.extent.channels)) : S.extent.pixels();

/// Calls `f(first pixel, one past the last)` for every strip.
template <Pointwise S, class F>
NORMA_ALWAYS_INLINE inline void for_each_strip(F&& f) {
    for (int first = 0; first < S.extent.pixels(); first += strip_pixels<S>) {
        f(first, std::min(S.extent.pixels(), first + strip_pixels<S>));
    }
}

}  // namespace detail

/// y = drop(skip + relu(norm(x))). `x`, `skip`, `y` are images of `S.extent` (`skip` only where it is added; `y` may be
/// `x`); `weight` and `bias` have `S.weight_count()` and `S.bias_count()` numbers; `keep` has a byte per unit, or is
/// null where nothing is dropped (evaluation). Writes (`=`) `y`.
template <class T, Pointwise S>
inline void pointwise(const T* x, const T* skip, const Moments<T>& moments, const T* weight, const T* bias,
                      const std::uint8_t* keep, T* y) {
    constexpr int channels = S.extent.channels;
    const detail::ChannelTable<T, S> table(moments, weight, bias);
    detail::for_each_strip<S>([&](int begin, int end) NORMA_ALWAYS_INLINE {
        simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
            const detail::ChannelPackets<T, S, P, Packets> local(table, moments, weight, bias, channel);
            for (int pixel = begin; pixel < end; ++pixel) {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const int e = local.element(n, pixel);
                    P value = local.normalised(n, pixel, local.centred(n, pixel, simd::load<P>(x + e)));
                    if constexpr (S.relu) value = simd::relu(value);
                    if constexpr (S.adds_skip) value = simd::add(value, simd::load<P>(skip + e));
                    simd::store(y + e, value);
                }
            }
        });
        if constexpr (S.drops) {
            if (keep != nullptr) {
                drop_units<T>(S.rate, keep + begin * channels, (end - begin) * channels, y + begin * channels);
            }
        }
    });
}

/// First half of the gradient of a normalising `pointwise`: what its second half needs to know of the whole domain, and
/// the gradients of weight and bias. Multiplies `dy` by the dropout in place, if units were dropped; after that it is
/// the gradient of the skip as well. With g = ∂loss/∂x̂, adds (`+=`) Σ g to `sum` and Σ g · x̂ to `sum_product`, for each
/// of the `S.moment_count()` channels or pixels. With sums per channel and a per-channel or no affine, g is taken
/// without the weight, so that these are the gradients of bias and weight. Otherwise adds (`+=`) to `dweight` and,
/// where there is a bias, to `dbias`. Where there is a weight per element, and `Keeps`, also writes (`=`) g to `g`,
/// which may be `dy`: the second half then reads neither weight nor bias again.
template <class T, Pointwise S, bool Keeps = false>
inline void pointwise_gradient_sums(const T* x, const Moments<T>& moments, const T* weight, const T* bias,
                                    const std::uint8_t* keep, T* dy, T* sum, T* sum_product, T* dweight, T* dbias,
                                    T* g = nullptr) {
    constexpr int channels = S.extent.channels;
    constexpr bool per_element = S.affine == Affine::per_element;
    static_assert(per_element || !Keeps);
    const detail::ChannelTable<T, S> table(moments, weight, bias);
    detail::for_each_strip<S>([&](int begin, int end) NORMA_ALWAYS_INLINE {
        if constexpr (S.drops) {
            if (keep != nullptr) {
                drop_units<T>(S.rate, keep + begin * channels, (end - begin) * channels, dy + begin * channels);
            }
        }
        simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
            const detail::ChannelPackets<T, S, P, Packets> local(table, moments, weight, bias, channel);
            constexpr int sides = 2;  // with two packets, eight independent sums: enough to cover an addition's latency
            P sums[std::size_t(Packets)][std::size_t(sides)];
            P products[std::size_t(Packets)][std::size_t(sides)];
            P inverse[std::size_t(Packets)];
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                if constexpr (!S.per_pixel) {
                    inverse[n] = simd::load<P>(moments.inverse_deviation + channel + n * P::lanes);
                }
                NORMA_UNROLL
                for (int s = 0; s < sides; ++s) {
                    sums[n][s] = simd::set<P>(T(0));
                    products[n][s] = simd::set<P>(T(0));
                }
            }
            const auto accumulate = [&](int pixel, int s) NORMA_ALWAYS_INLINE {
                P pixel_sum = simd::set<P>(T(0));
                P pixel_product = simd::set<P>(T(0));
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const int e = local.element(n, pixel);
                    const P centred = local.centred(n, pixel, simd::load<P>(x + e));
                    P gradient = local.through_relu(n, pixel, centred, simd::load<P>(dy + e));
                    if constexpr (S.per_pixel) inverse[n] = local.factor(n, pixel);
                    if constexpr (per_element) {
                        if constexpr (S.has_bias) {
                            simd::store(dbias + e, simd::add(simd::load<P>(dbias + e), gradient));
                        }
                        simd::store(dweight + e, simd::multiply_add(gradient, simd::multiply(centred, inverse[n]),
                                                                    simd::load<P>(dweight + e)));
                        gradient = simd::multiply(gradient, simd::load<P>(weight + e));
                        if constexpr (Keeps) simd::store(g + e, gradient);
                    }
                    if constexpr (S.per_pixel) {
                        const P hat = simd::multiply(centred, inverse[n]);
                        if constexpr (S.affine == Affine::per_channel) {
                            sums[n][s] = simd::add(sums[n][s], gradient);
                            products[n][s] = simd::multiply_add(gradient, hat, products[n][s]);
                            gradient = simd::multiply(gradient, local.scale[n]);
                        }
                        pixel_sum = simd::add(pixel_sum, gradient);
                        pixel_product = simd::multiply_add(gradient, hat, pixel_product);
                    } else {
                        sums[n][s] = simd::add(sums[n][s], gradient);
                        products[n][s] = simd::multiply_add(gradient, centred, products[n][s]);
                    }
                }
                if constexpr (S.per_pixel) {
                    sum[pixel] += simd::sum(pixel_sum);
                    sum_product[pixel] += simd::sum(pixel_product);
                }
            };
            int pixel = begin;
            for (; pixel + sides <= end; pixel += sides) {
                NORMA_UNROLL
                for (int s = 0; s < sides; ++s) accumulate(pixel + s, s);
            }
            if (pixel < end) accumulate(pixel, 0);
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int c = channel + n * P::lanes;
                const P total = simd::add(sums[n][0], sums[n][1]);
                const P product = simd::add(products[n][0], products[n][1]);
                if constexpr (!S.per_pixel) {
                    simd::store(sum + c, simd::add(simd::load<P>(sum + c), total));
                    simd::store(sum_product + c,
                                simd::multiply_add(product, inverse[n], simd::load<P>(sum_product + c)));
                } else if constexpr (S.affine == Affine::per_channel) {
                    if constexpr (S.has_bias) simd::store(dbias + c, simd::add(simd::load<P>(dbias + c), total));
                    simd::store(dweight + c, simd::add(simd::load<P>(dweight + c), product));
                }
            }
        });
    });
}

/// The two numbers per channel or pixel that the second half of the gradient needs, from the sums of its first half
/// over a domain of `count` elements: offset = − inverse · mean(g), slope = − inverse² · mean(g · x̂), means over the
/// domain. Writes (`=`) both in place of the sums.
template <class T, Pointwise S>
inline void pointwise_gradient_means(const Moments<T>& moments, const T* weight, T count, T* sum, T* sum_product) {
    constexpr int per_group = S.per_pixel ? 1 : S.extent.channels / S.groups;
    constexpr bool weighs = !S.per_pixel && S.affine == Affine::per_channel;
    for (int first = 0; first < S.moment_count(); first += per_group) {
        T mean = 0;
        T product = 0;
        for (int c = first; c < first + per_group; ++c) {
            const T factor = weighs ? weight[c] : T(1);
            mean += factor * sum[c];
            product += factor * sum_product[c];
        }
        const T inverse = moments.inverse_deviation[first];
        mean = S.subtracts_mean ? -inverse * mean / count : T(0);
        product = -inverse * inverse * product / count;
        for (int c = first; c < first + per_group; ++c) {
            sum[c] = mean;
            sum_product[c] = product;
        }
    }
}

/// Second half of the gradient: dx = g / √(variance + ε) + offset + slope · (x − mean), with g as in the first half and
/// `offset`, `slope` from `pointwise_gradient_means`. `dy` is what the first half kept, if it kept (`Kept`). Writes
/// (`=`) or adds to (`+=`) `dx` as `W` says; `dx` may be `dy` when written.
template <class T, Pointwise S, Write W, bool Kept = false>
inline void pointwise_gradient(const T* x, const Moments<T>& moments, const T* weight, const T* bias, const T* dy,
                               const T* offset, const T* slope, T* dx) {
    constexpr int channels = S.extent.channels;
    const detail::ChannelTable<T, S> table(moments, weight, bias);
    simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        const detail::ChannelPackets<T, S, P, Packets> local(table, moments, weight, bias, channel);
        P offsets[std::size_t(Packets)];
        P slopes[std::size_t(Packets)];
        if constexpr (S.normalises && !S.per_pixel) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                offsets[n] = simd::load<P>(offset + channel + n * P::lanes);
                slopes[n] = simd::load<P>(slope + channel + n * P::lanes);
            }
        }
        for (int pixel = 0; pixel < S.extent.pixels(); ++pixel) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int e = local.element(n, pixel);
                const P centred = local.centred(n, pixel, simd::load<P>(x + e));
                P gradient = simd::load<P>(dy + e);
                if constexpr (!Kept) gradient = local.through_relu(n, pixel, centred, gradient);
                if constexpr (S.normalises) {
                    if constexpr (S.per_pixel) {
                        offsets[n] = simd::set<P>(offset[pixel]);
                        slopes[n] = simd::set<P>(slope[pixel]);
                    }
                    if constexpr (S.affine == Affine::per_element) {
                        if constexpr (!Kept) gradient = simd::multiply(gradient, simd::load<P>(weight + e));
                    } else if constexpr (S.per_pixel) {
                        gradient = simd::multiply(gradient, local.scale[n]);
                    }
                    gradient = simd::multiply_add(gradient, local.factor(n, pixel),
                                                  simd::multiply_add(centred, slopes[n], offsets[n]));
                }
                if constexpr (W == Write::add) gradient = simd::add(simd::load<P>(dx + e), gradient);
                simd::store(dx + e, gradient);
            }
        }
    });
}

}  // namespace norma::inline NORMA_TARGET::kernels
