#pragma once

#include <cstddef>
#include <cstdint>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/elementwise.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/kernels/write.hpp"

/// The gradient of `pointwise`. That of a norm depends on sums over all elements that share a mean and a variance, so
/// it is computed in two halves, with `pointwise_gradient_means` in between.
namespace norma::inline NORMA_TARGET::kernels {

/// First half of the gradient of a `pointwise` with a norm. With g = ∂loss/∂x̂:
/// - `dy` is multiplied in place by dropout, if `keep` is not null; then it is also the gradient of the skip.
/// - `sum` += Σ g and `sum_product` += Σ g · x̂, for each of the `S.moment_count()` channels or pixels. If weight and
///   statistics are both per channel, g is taken without the weight, so that these are the gradients of bias and
///   weight.
/// - Otherwise `dweight` and `dbias` += the gradients of weight and bias, if the norm has them; = if `Affines` says so,
///   with a weight per element.
/// - `g` = g, if `Keeps` (only with a weight per element), so that the second half reads neither weight nor bias. `g`
///   has the pitch of `x`, and may be `dy` if that has it too.
template <class T, Pointwise S, bool Keeps = false, Write Affines = Write::add>
inline void pointwise_gradient_sums(const T* x, const Moments<ScalarOf<T>>& moments, const ScalarOf<T>* weight,
                                    const ScalarOf<T>* bias, const std::uint8_t* keep, T* dy, ScalarOf<T>* sum,
                                    ScalarOf<T>* sum_product, ScalarOf<T>* dweight, ScalarOf<T>* dbias,
                                    T* g = nullptr) {
    using N = ScalarOf<T>;
    constexpr int channels = S.extent.channels;
    constexpr bool per_element = S.affine == Affine::per_element;
    static_assert(per_element || (!Keeps && Affines == Write::add));
    const detail::ChannelTable<N, S> table(moments, weight, bias);
    detail::for_each_strip<S>([&](int begin, int end) NORMA_ALWAYS_INLINE {
        if constexpr (S.drops) {
            if (keep != nullptr) drop_pixels<T, S>(keep, begin, end, dy);
        }
        simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
            const detail::ChannelPackets<N, S, P, Packets> local(table, moments, weight, bias, channel);
            constexpr int sides = 2;  // with two packets, eight independent sums hide the latency of an addition
            P sums[std::size_t(Packets)][std::size_t(sides)];
            P products[std::size_t(Packets)][std::size_t(sides)];
            P inverse[std::size_t(Packets)];
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                if constexpr (!S.per_pixel) {
                    inverse[n] = simd::load<P>(moments.rstd + channel + n * P::lanes);
                }
                NORMA_UNROLL
                for (int s = 0; s < sides; ++s) {
                    sums[n][s] = simd::set<P>(N(0));
                    products[n][s] = simd::set<P>(N(0));
                }
            }
            const auto accumulate = [&](int pixel, int s) NORMA_ALWAYS_INLINE {
                P pixel_sum = simd::set<P>(N(0));
                P pixel_product = simd::set<P>(N(0));
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    [[maybe_unused]] const int e = local.element(n, pixel);
                    const P centred = local.centred(n, pixel, simd::load<P>(x + local.in(n, pixel)));
                    P gradient = local.through_activation(n, pixel, centred, simd::load<P>(dy + local.out(n, pixel)));
                    if constexpr (S.per_pixel) inverse[n] = local.factor(n, pixel);
                    if constexpr (per_element) {
                        const P slope = simd::multiply(centred, inverse[n]);
                        if constexpr (Affines == Write::assign) {
                            if constexpr (S.has_bias) simd::store(dbias + e, gradient);
                            simd::store(dweight + e, simd::multiply(gradient, slope));
                        } else {
                            if constexpr (S.has_bias) {
                                simd::store(dbias + e, simd::add(simd::load<P>(dbias + e), gradient));
                            }
                            simd::store(dweight + e, simd::multiply_add(gradient, slope, simd::load<P>(dweight + e)));
                        }
                        gradient = simd::multiply(gradient, simd::load<P>(weight + e));
                        if constexpr (Keeps) simd::store(g + local.in(n, pixel), gradient);
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

/// From the sums of the first half to what the second half needs, for each channel or pixel:
/// offset = −mean(g) / √(variance + ε), slope = −mean(g · x̂) / (variance + ε). The means are over the `count` elements
/// that share a mean and a variance; offset is 0 if the mean is not subtracted. Writes (`=`) offset to `sum` and slope
/// to `sum_product`.
template <class T>
inline void pointwise_gradient_means(const Pointwise& s, const Moments<T>& moments, const T* weight, T count, T* sum,
                                     T* sum_product) {
    const int per_group = s.per_pixel ? 1 : s.extent.channels / s.groups;
    const bool weighs = !s.per_pixel && s.affine == Affine::per_channel;
    for (int first = 0; first < s.moment_count(); first += per_group) {
        T mean = 0;
        T product = 0;
        for (int c = first; c < first + per_group; ++c) {
            const T factor = weighs ? weight[c] : T(1);
            mean += factor * sum[c];
            product += factor * sum_product[c];
        }
        const T inverse = moments.rstd[first];
        mean = s.subtracts_mean ? -inverse * mean / count : T(0);
        product = -inverse * inverse * product / count;
        for (int c = first; c < first + per_group; ++c) {
            sum[c] = mean;
            sum_product[c] = product;
        }
    }
}

/// Second half of the gradient: dx = g / √(variance + ε) + offset + slope · (x − mean), with `offset` and `slope` from
/// `pointwise_gradient_means`. `dy` is what the first half left in it or, if `Kept`, the g that it wrote. Without a
/// norm there is only this half: dx = dy · f′(x). Writes (`=`) or adds to (`+=`) `dx` as `W` says;
/// a written `dx` may be `dy` if both have one pitch.
template <class T, Pointwise S, Write W, bool Kept = false>
inline void pointwise_gradient(const T* x, const Moments<ScalarOf<T>>& moments, const ScalarOf<T>* weight,
                               const ScalarOf<T>* bias, const T* dy, const ScalarOf<T>* offset,
                               const ScalarOf<T>* slope, T* dx) {
    using N = ScalarOf<T>;
    constexpr int channels = S.extent.channels;
    const detail::ChannelTable<N, S> table(moments, weight, bias);
    simd::for_each_run<T, channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        const detail::ChannelPackets<N, S, P, Packets> local(table, moments, weight, bias, channel);
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
                const int in = local.in(n, pixel);
                const P centred = local.centred(n, pixel, simd::load<P>(x + in));
                P gradient = simd::load<P>(dy + (Kept ? in : local.out(n, pixel)));
                if constexpr (!Kept) gradient = local.through_activation(n, pixel, centred, gradient);
                if constexpr (S.normalises) {
                    if constexpr (S.per_pixel) {
                        offsets[n] = simd::set<P>(offset[pixel]);
                        slopes[n] = simd::set<P>(slope[pixel]);
                    }
                    if constexpr (S.affine == Affine::per_element) {
                        if constexpr (!Kept) {
                            gradient = simd::multiply(gradient, simd::load<P>(weight + local.element(n, pixel)));
                        }
                    } else if constexpr (S.per_pixel) {
                        gradient = simd::multiply(gradient, local.scale[n]);
                    }
                    gradient = simd::multiply_add(gradient, local.factor(n, pixel),
                                                  simd::multiply_add(centred, slopes[n], offsets[n]));
                }
                if constexpr (W == Write::add) gradient = simd::add(simd::load<P>(dx + in), gradient);
                simd::store(dx + in, gradient);
            }
        }
    });
}

}  // namespace norma::inline NORMA_TARGET::kernels
