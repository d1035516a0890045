#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Do windows of these sizes, those of a convolution or a pool, give its output without leaving the padded input?
template <class Windows>
constexpr bool windows_fit(const Windows& w) {
    const auto axis = [&](int in, int out, int kernel) {
        const long long room = in + 2ll * w.padding - kernel;
        return out >= 1 && room >= 0 && out <= room / w.stride + 1;
    };
    return w.kernel_height >= 1 && w.kernel_width >= 1 && w.stride >= 1 && w.padding >= 0 && w.output.channels >= 1 &&
           axis(w.input.height, w.output.height, w.kernel_height) && axis(w.input.width, w.output.width, w.kernel_width);
}

}  // namespace norma::inline NORMA_TARGET::kernels
