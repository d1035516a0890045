#pragma once

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Do windows of these sizes, those of a convolution or a pool, give its output without leaving the padded input?
template <class Windows>
constexpr bool windows_fit(const Windows& w) {
    Size dilation = 1;
    if constexpr (requires { w.dilation; }) dilation = w.dilation;
    const auto axis = [](int in, int out, int kernel, int stride, int padding, int apart) {
        return kernel >= 1 && stride >= 1 && padding >= 0 && apart >= 1 && out >= 1 &&
               out <= Convolution::output_size(in, kernel, stride, padding, apart);
    };
    return w.output.channels >= 1 &&
           axis(w.input.height, w.output.height, w.kernel.height, w.stride.height, w.padding.height, dilation.height) &&
           axis(w.input.width, w.output.width, w.kernel.width, w.stride.width, w.padding.width, dilation.width);
}

}  // namespace norma::inline NORMA_TARGET::kernels
