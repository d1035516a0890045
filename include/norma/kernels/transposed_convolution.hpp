#pragma once

#include <algorithm>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/bias_gradient.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/weight_gradient.hpp"
#include "norma/kernels/write.hpp"

/// Transposed convolution of one image (PyTorch's ConvTranspose2d): what the gradient of the input is to a convolution.
/// A `Convolution` `C` describes the convolution back, from the transposed convolution's output to its input. So in
/// these functions `x` is an image of `C.output`, `y` one of `C.input`, each with the pitch that `C` gives it, and the
/// weights `w` are ky × kx × output channels of a group × input channels.
namespace norma::inline NORMA_TARGET::kernels {

/// The convolution `C` of a transposed convolution of `input` to `outputs` channels. A height or width of the output is
/// (input − 1) · stride − 2 · padding + dilation · (kernel − 1) + output padding + 1; 0 if that is negative. As in
/// PyTorch the output padding is below the stride or the dilation, and the pixels it adds may have no taps.
constexpr Convolution transposed_convolution(Extent input, int outputs, Size kernel, Size stride = {1, 1},
                                             Size padding = {0, 0}, Size output_padding = {0, 0},
                                             Size dilation = {1, 1}, int groups = 1) {
    const auto size = [](int of_input, int k, int s, int p, int added, int d) {
        const long long wanted = (of_input - 1ll) * s - 2ll * p + 1ll * d * (k - 1) + added + 1;
        return static_cast<int>(std::clamp(wanted, 0ll, most_elements + 1));
    };
    return {{outputs,
             size(input.height, kernel.height, stride.height, padding.height, output_padding.height, dilation.height),
             size(input.width, kernel.width, stride.width, padding.width, output_padding.width, dilation.width)},
            input,
            kernel,
            stride,
            padding,
            dilation,
            groups};
}

/// y = skip + f(x ∗ wᵀ + bias), with skip and f as `E` says. `transposed` is what `transpose_weights` wrote;
/// `bias` is null or has one number per channel of `y`; `skip`, if it is added, is an image of `C.input`. Writes (`=`)
/// `y`.
template <class T, Convolution C, Epilogue E = Epilogue{}, class Ahead = NoPrefetch>
inline void convolve_transposed(const T* x, const T* transposed, const T* bias, T* y, const T* skip = nullptr,
                                const Ahead& ahead = {}) {
    detail::sum_over_taps<T, detail::backward_sum(C), Write::assign, true, E>({}, x, transposed, bias, skip, y, ahead);
}

/// dx = dy ∗ w, the gradient of `convolve_transposed` with respect to its input. Writes (`=`) or adds to (`+=`) `dx` as
/// `W` says.
template <class T, Convolution C, Write W = Write::assign, class Ahead = NoPrefetch>
inline void convolve_transposed_input_gradient(const T* dy, const T* w, T* dx, const Ahead& ahead = {}) {
    detail::sum_over_taps<T, detail::forward_sum(C), W, false>({}, dy, w, nullptr, nullptr, dx, ahead);
}

/// dw += Σ over the pixels of x of dy ⊗ x, the gradient of `convolve_transposed` with respect to its weights, in the
/// layout of `w`. Adds to (`+=`) `dw`.
template <class T, Convolution C, class Ahead = NoPrefetch>
inline void convolve_transposed_weight_gradient(const T* x, const T* dy, T* dw, const Ahead& ahead = {}) {
    convolve_weight_gradient<T, C>(dy, x, dw, ahead);
}

/// dbias += Σ over pixels of dy. Adds to (`+=`) `dbias`.
template <class T, Convolution C>
inline void convolve_transposed_bias_gradient(const T* dy, T* dbias) {
    bias_gradient<T, C.input, C.input_step()>(dy, dbias);
}

}  // namespace norma::inline NORMA_TARGET::kernels
