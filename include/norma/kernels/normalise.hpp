#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/kernels/elementwise.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/statistics.hpp"
#include "norma/kernels/write.hpp"

/// The one kernel family for everything that happens to each element between two convolutions: normalise, ReLU, add a
/// residual, drop units, in this order, each part optional. Every norm is x̂ = (x − mean) / √(variance + ε), then
/// x̂ · weight + bias (or x̂ · weight, or x̂ alone); norms differ only in the elements over which mean and variance are
/// taken.
namespace norma::kernels {

/// What the learned scale and shift of a norm belong to.
enum class Affine { none, per_channel, per_element };

/// What training does where a norm over the batch finds one value per channel, whose variance says nothing.
enum class OneValue {
    error,              ///< refuses the batch
    running_statistics  ///< normalises this batch by the running statistics, which stay as they are
};

/// A small constant that can stand in a template argument (Clang 16 takes no floating-point ones).
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

/// y = drop(skip + relu(norm(x))), for one sample.
struct Pointwise {
    Extent extent;                 ///< of one sample
    bool normalises = false;       ///< begins with a norm
    bool couples_samples = false;  ///< statistics run over the whole batch; evaluation uses averages kept from training
    bool subtracts_mean = true;    ///< if not, the variance is the mean square
    int groups = 1;                ///< sets of neighbouring channels with one mean and variance each
    Affine affine = Affine::none;  ///< of the norm
    bool has_bias = true;          ///< the affine has a bias beside its weight
    Fraction epsilon{1, 100000};   ///< added to the variance under the root
    Fraction running_weight_of_new{1, 10};  ///< share of the new batch in the running averages
    bool cumulative = false;                ///< the running averages weigh all batches the same instead
    OneValue one_value = OneValue::error;   ///< what training does with one value per channel
    bool relu = false;                      ///< negative values become 0
    bool adds_skip = false;                 ///< an earlier value is added
    bool drops = false;                     ///< dropout, in modes that have it
    DropoutRate rate;                       ///< of the units dropped

    /// Numbers in the weight.
    constexpr int weight_count() const {
        if (affine == Affine::none) return 0;
        return affine == Affine::per_channel ? extent.channels : extent.size();
    }
    /// Numbers in the bias.
    constexpr int bias_count() const { return has_bias ? weight_count() : 0; }
};

/// Per channel the mean and 1 / √(variance + ε) of its group.
template <class T>
struct Moments {
    const T* mean = nullptr;               ///< 0 where it is not subtracted
    const T* inverse_deviation = nullptr;  ///< of the group, ε included
};

/// 1 / √(variance + ε) for `n` channels. Writes (`=`) `inverse`, which may be `variance` itself.
template <class T>
inline void invert_deviations(int n, T epsilon, const T* variance, T* inverse) {
    for (int c = 0; c < n; ++c) inverse[c] = T(1) / std::sqrt(variance[c] + epsilon);
}

namespace detail {

/// x̂ · weight + bias of a channel as (x − mean) · scale + shift.
template <class T, Pointwise S>
struct ChannelTable {
    alignas(64) T mean[static_cast<std::size_t>(S.extent.channels)];
    alignas(64) T scale[static_cast<std::size_t>(S.extent.channels)];
    alignas(64) T shift[static_cast<std::size_t>(S.extent.channels)];

    ChannelTable(const Moments<T>& moments, const T* weight, const T* bias) {
        constexpr bool affine = S.affine == Affine::per_channel;
        if constexpr (S.normalises) {
            for (int c = 0; c < S.extent.channels; ++c) {
                mean[c] = moments.mean[c];
                scale[c] = affine ? moments.inverse_deviation[c] * weight[c] : moments.inverse_deviation[c];
                shift[c] = affine && S.has_bias ? bias[c] : T(0);
            }
        }
    }
};

/// A channel run's part of the table in registers, and what is computed from it. `n` is a packet of the run, `e` the
/// element of the image where it begins.
template <class T, Pointwise S, class P, int Packets>
struct ChannelPackets {
    const T* weight;
    const T* bias;
    P mean[Packets];
    P scale[Packets];
    P shift[Packets];

    NORMA_ALWAYS_INLINE ChannelPackets(const ChannelTable<T, S>& table, const T* weights, const T* biases, int channel)
        : weight(weights), bias(biases) {
        if constexpr (S.normalises) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                mean[n] = simd::load<P>(table.mean + channel + n * P::lanes);
                scale[n] = simd::load<P>(table.scale + channel + n * P::lanes);
                shift[n] = simd::load<P>(table.shift + channel + n * P::lanes);
            }
        }
    }
    NORMA_ALWAYS_INLINE P centred(int n, const P& x) const {
        if constexpr (S.normalises && S.subtracts_mean) return simd::subtract(x, mean[n]);
        return x;
    }
    /// The normalised and scaled value, from the centred one.
    NORMA_ALWAYS_INLINE P normalised(int n, const P& centred_x, int e) const {
        if constexpr (!S.normalises) {
            return centred_x;
        } else if constexpr (S.affine == Affine::per_element) {
            const P hat = simd::multiply(centred_x, scale[n]);
            if constexpr (!S.has_bias) return simd::multiply(hat, simd::load<P>(weight + e));
            return simd::multiply_add(hat, simd::load<P>(weight + e), simd::load<P>(bias + e));
        } else {
            return simd::multiply_add(centred_x, scale[n], shift[n]);
        }
    }
    /// dy where the ReLU let the value through. The value is computed again as the forward pass did, bit for bit.
    NORMA_ALWAYS_INLINE P through_relu(int n, const P& centred_x, const P& dy, int e) const {
        if constexpr (!S.relu) return dy;
        return simd::where_positive(normalised(n, centred_x, e), dy);
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
            const detail::ChannelPackets<T, S, P, Packets> local(table, weight, bias, channel);
            for (int first = begin * channels + channel; first < end * channels; first += channels) {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const int e = first + n * P::lanes;
                    P value = local.normalised(n, local.centred(n, simd::load<P>(x + e)), e);
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
/// the gradient of the skip as well. With g = ∂loss/∂x̂, adds (`+=`) per channel Σ g to `sum` and Σ g · x̂ to
/// `sum_product` (with a per-channel or no affine, g is taken without the weight, so that these are the gradients of
/// bias and weight). With a per-element affine adds (`+=`) to `dweight` and, where there is a bias, to `dbias`.
template <class T, Pointwise S>
inline void pointwise_gradient_sums(const T* x, const Moments<T>& moments, const T* weight, const T* bias,
                                    const std::uint8_t* keep, T* dy, T* sum, T* sum_product, T* dweight, T* dbias) {
    constexpr int channels = S.extent.channels;
    constexpr bool per_element = S.affine == Affine::per_element;
    const detail::ChannelTable<T, S> table(moments, weight, bias);
    detail::for_each_strip<S>([&](int begin, int end) NORMA_ALWAYS_INLINE {
        if constexpr (S.drops) {
            if (keep != nullptr) {
                drop_units<T>(S.rate, keep + begin * channels, (end - begin) * channels, dy + begin * channels);
            }
        }
        simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
            const detail::ChannelPackets<T, S, P, Packets> local(table, weight, bias, channel);
            constexpr int sides = 2;  // with two packets, eight independent sums: enough to cover an addition's latency
            P sums[Packets][sides];
            P products[Packets][sides];
            P inverse[Packets];
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                inverse[n] = simd::load<P>(moments.inverse_deviation + channel + n * P::lanes);
                NORMA_UNROLL
                for (int s = 0; s < sides; ++s) {
                    sums[n][s] = simd::set<P>(T(0));
                    products[n][s] = simd::set<P>(T(0));
                }
            }
            const auto accumulate = [&](int pixel, int s) NORMA_ALWAYS_INLINE {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const int e = pixel * channels + channel + n * P::lanes;
                    const P centred = local.centred(n, simd::load<P>(x + e));
                    P gradient = local.through_relu(n, centred, simd::load<P>(dy + e), e);
                    if constexpr (per_element) {
                        if constexpr (S.has_bias) {
                            simd::store(dbias + e, simd::add(simd::load<P>(dbias + e), gradient));
                        }
                        simd::store(dweight + e, simd::multiply_add(gradient, simd::multiply(centred, inverse[n]),
                                                                    simd::load<P>(dweight + e)));
                        gradient = simd::multiply(gradient, simd::load<P>(weight + e));
                    }
                    sums[n][s] = simd::add(sums[n][s], gradient);
                    products[n][s] = simd::multiply_add(gradient, centred, products[n][s]);
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
                simd::store(sum + c, simd::add(simd::load<P>(sum + c), total));
                simd::store(sum_product + c, simd::multiply_add(product, inverse[n], simd::load<P>(sum_product + c)));
            }
        });
    });
}

/// The two numbers per channel that the second half of the gradient needs, from the sums of its first half over a
/// domain of `count` elements a group: offset = − inverse · mean(g), slope = − inverse² · mean(g · x̂), means over the
/// group. Writes (`=`) both in place of the sums.
template <class T, Pointwise S>
inline void pointwise_gradient_means(const Moments<T>& moments, const T* weight, T count, T* sum, T* sum_product) {
    constexpr int per_group = S.extent.channels / S.groups;
    for (int first = 0; first < S.extent.channels; first += per_group) {
        T mean = 0;
        T product = 0;
        for (int c = first; c < first + per_group; ++c) {
            const T factor = S.affine == Affine::per_channel ? weight[c] : T(1);
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
/// `offset`, `slope` from `pointwise_gradient_means`. Writes (`=`) or adds to (`+=`) `dx` as `W` says; `dx` may be `dy`
/// when written.
template <class T, Pointwise S, Write W>
inline void pointwise_gradient(const T* x, const Moments<T>& moments, const T* weight, const T* bias, const T* dy,
                               const T* offset, const T* slope, T* dx) {
    constexpr int channels = S.extent.channels;
    const detail::ChannelTable<T, S> table(moments, weight, bias);
    simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        const detail::ChannelPackets<T, S, P, Packets> local(table, weight, bias, channel);
        P offsets[Packets];
        P slopes[Packets];
        if constexpr (S.normalises) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                offsets[n] = simd::load<P>(offset + channel + n * P::lanes);
                slopes[n] = simd::load<P>(slope + channel + n * P::lanes);
            }
        }
        for (int first = channel; first < S.extent.size(); first += channels) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int e = first + n * P::lanes;
                const P centred = local.centred(n, simd::load<P>(x + e));
                P gradient = local.through_relu(n, centred, simd::load<P>(dy + e), e);
                if constexpr (S.normalises) {
                    if constexpr (S.affine == Affine::per_element) {
                        gradient = simd::multiply(gradient, simd::load<P>(weight + e));
                    }
                    gradient = simd::multiply_add(gradient, local.scale[n],
                                                  simd::multiply_add(centred, slopes[n], offsets[n]));
                }
                if constexpr (W == Write::add) gradient = simd::add(simd::load<P>(dx + e), gradient);
                simd::store(dx + e, gradient);
            }
        }
    });
}

}  // namespace norma::kernels
