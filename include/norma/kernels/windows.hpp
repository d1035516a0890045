#pragma once

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Do windows of these sizes, those of a convolution or a pool, give its output without leaving the padded input?
template <class Windows>
constexpr bool windows_fit(const Windows& w) {
    const auto axis = [](int in, int out, int kernel, int stride, int padding) {
        const long long room = in + 2ll * padding - kernel;
        return kernel >= 1 && stride >= 1 && padding >= 0 && out >= 1 && room >= 0 && out <= room / stride + 1;
    };
    return w.output.channels >= 1 &&
           axis(w.input.height, w.output.height, w.kernel.height, w.stride.height, w.padding.height) &&
           axis(w.input.width, w.output.width, w.kernel.width, w.stride.width, w.padding.width);
}

}  // namespace norma::inline NORMA_TARGET::kernels
