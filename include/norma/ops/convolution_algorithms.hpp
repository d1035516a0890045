#pragma once

#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/convolution_choice.hpp"
#include "norma/kernels/paired_convolution.hpp"
#include "norma/kernels/paired_weight_gradient.hpp"
#include "norma/kernels/weight_gradient.hpp"
#include "norma/kernels/weight_order.hpp"
#include "norma/kernels/winograd.hpp"
#include "norma/kernels/winograd_gradient.hpp"
#include "norma/kernels/winograd_weights.hpp"
#include "norma/ops/facts.hpp"

/// The algorithms of a convolution with one interface. `images` says how many images a call is for, and how far each is
/// from the next in the arrays that a function reads (`source`), writes (`target`), or adds (`skip`).
namespace norma::inline NORMA_TARGET::ops::detail {

using kernels::Convolution;
using kernels::Epilogue;
using kernels::Images;
using kernels::Write;

/// Direct convolution.
template <class T, Convolution C>
struct DirectConvolution {
    static constexpr bool packed = kernels::packs_weights(C);

    /// See `kernels::convolve`. Reads the packed weights in place of `weight` where there are some.
    template <Epilogue E, class Ahead>
    static void forward(Images images, const T* x, const T* weight, const T* prepared, const T* bias, const T* skip,
                        T* y, T* /*scratch*/, const Ahead& ahead) {
        for_each_row<E>(images, [&]<Convolution Shape, Epilogue End>(const Images& part, int first) {
            kernels::convolve<T, Shape, End, packed, Ahead, C>(
                x + first * images.source, packed ? prepared : weight, bias, y + first * images.target,
                End.adds_skip ? skip + first * images.skip : nullptr, ahead, part);
        });
    }
    /// See `kernels::convolve_weight_gradient`.
    template <class Ahead>
    static void weight_gradient(Images images, const T* x, const T* dy, T* dw, T* /*scratch*/, const Ahead& ahead) {
        for_each_row<Epilogue{}>(images, [&]<Convolution Shape, Epilogue>(const Images& part, int first) {
            kernels::convolve_weight_gradient<T, Shape>(x + first * images.source, dy + first * images.target, dw,
                                                        ahead, part);
        });
    }
    /// See `kernels::convolve_input_gradient`.
    template <Write W, class Ahead>
    static void input_gradient(Images images, const T* dy, const T* prepared, T* dx, T* /*scratch*/,
                               const Ahead& ahead) {
        for_each_row<Epilogue{}>(images, [&]<Convolution Shape, Epilogue>(const Images& part, int first) {
            kernels::convolve_input_gradient<T, Shape, W, Ahead, C>(dy + first * images.source, prepared,
                                                                    dx + first * images.target, ahead, part);
        });
    }

    /// Writes (`=`) to `prepared` the weights as `forward` reads them, if they are packed.
    static void prepare_forward(const T* weight, T* prepared) { kernels::pack_weights<T, C>(weight, prepared); }
    /// Writes (`=`) to `prepared` the weights as `input_gradient` reads them.
    static void prepare_backward(const T* weight, T* prepared) { kernels::transpose_weights<T, C>(weight, prepared); }

private:
    /// Images of one pixel do not fill a tile, but many of them are the pixels of one wide row. (A larger kernel has
    /// taps in the padding, which such a row does not have.)
    static constexpr bool makes_rows =
        C.kernel == Size{1, 1} && C.input.pixels() == 1 && C.output.pixels() == 1 && kernels::samples_at_a_time(C) > 1;
    static constexpr int row = most_block;
    static constexpr Convolution as_row{.input = {C.input.channels, 1, row},
                                        .output = {C.output.channels, 1, row},
                                        .groups = C.groups,
                                        .input_pitch = padded(C.input_step()),
                                        .output_pitch = padded(C.output_step())};
    static constexpr Epilogue with_pitch(Epilogue e) {
        if (e.adds_skip) e.skip_pitch = padded(C.output.channels);
        return e;
    }

    /// Calls `f.operator()<shape, epilogue>(images, first)` for the images from `first` on, all at once or row by row.
    template <Epilogue E, class F>
    static void for_each_row(const Images& images, const F& f) {
        int first = 0;
        if constexpr (makes_rows) {
            for (; first + row <= images.count; first += row) f.template operator()<as_row, with_pitch(E)>({}, first);
        }
        if (first == images.count) return;
        f.template operator()<C, E>({images.count - first, images.source, images.target, images.skip}, first);
    }
};

/// Direct convolution of bfloat16 numbers, with products in pairs.
template <Convolution C>
struct PairedConvolution {
    /// See `kernels::convolve_pairs`.
    template <Epilogue E, class Ahead>
    static void forward(Images images, const Bf16* x, const float* /*weight*/, const float* prepared, const float* bias,
                        const Bf16* skip, Bf16* y, float* /*scratch*/, const Ahead& ahead) {
        kernels::convolve_pairs<C, E>(images, x, prepared, bias, y, skip, ahead);
    }
    /// See `kernels::convolve_pairs_weight_gradient`.
    template <class Ahead>
    static void weight_gradient(Images images, const Bf16* x, const Bf16* dy, float* dw, float* scratch,
                                const Ahead& ahead) {
        kernels::convolve_pairs_weight_gradient<C>(images, x, dy, dw, scratch, ahead);
    }
    /// See `kernels::convolve_pairs_input_gradient`.
    template <Write W, class Ahead>
    static void input_gradient(Images images, const Bf16* dy, const float* prepared, Bf16* dx, float* /*scratch*/,
                               const Ahead& ahead) {
        kernels::convolve_pairs_input_gradient<C, W>(images, dy, prepared, dx, ahead);
    }

    /// Writes (`=`) to `prepared` the weights as `forward` reads them.
    static void prepare_forward(const float* weight, float* prepared) { kernels::pair_weights<C>(weight, prepared); }
    /// Writes (`=`) to `prepared` the weights as `input_gradient` reads them.
    static void prepare_backward(const float* weight, float* prepared) {
        kernels::pair_transposed_weights<C>(weight, prepared);
    }
};

/// Winograd's algorithm. Activations are numbers of type `T`; products of bfloat16 numbers are in pairs.
template <class T, Convolution C>
struct WinogradConvolution {
    using N = ScalarOf<T>;                                           ///< of weights and sums
    static constexpr Precision precision = NumbersOf<T>::precision;  ///< of products

    /// See `kernels::winograd_convolve`.
    template <Epilogue E, class Ahead>
    static void forward(Images images, const T* x, const N* /*weight*/, const N* prepared, const N* bias, const T* skip,
                        T* y, N* scratch, const Ahead& ahead) {
        kernels::winograd_convolve<T, C, E, precision>(images, x, prepared, bias, y, skip, scratch, ahead);
    }
    /// See `kernels::winograd_weight_gradient`.
    template <class Ahead>
    static void weight_gradient(Images images, const T* x, const T* dy, N* dw, N* scratch, const Ahead& ahead) {
        kernels::winograd_weight_gradient<T, C, precision>(images, x, dy, dw, scratch, ahead);
    }
    /// See `kernels::winograd_input_gradient`.
    template <Write W, class Ahead>
    static void input_gradient(Images images, const T* dy, const N* prepared, T* dx, N* scratch, const Ahead& ahead) {
        kernels::winograd_input_gradient<T, C, W, precision>(images, dy, prepared, dx, scratch, ahead);
    }

    /// Writes (`=`) to `prepared` the weights as `forward` reads them: transformed.
    static void prepare_forward(const N* weight, N* prepared) {
        kernels::winograd_weights<N, precision>(weight, C.input.channels, C.output.channels, prepared);
    }
    /// Writes (`=`) to `prepared` the weights as `input_gradient` reads them.
    static void prepare_backward(const N* weight, N* prepared) {
        kernels::winograd_transposed_weights<N, precision>(weight, C.input.channels, C.output.channels, prepared);
    }
};

}  // namespace norma::inline NORMA_TARGET::ops::detail
