#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/conv1d.hpp"
#include "norma/layers/pool.hpp"

namespace norma::inline NORMA_TARGET {

/// The largest element of each window along the width of a sequence, a `Shape<channels, 1, length>`.
template <int Kernel, int Stride = Kernel, int Padding = 0>
struct MaxPool1d {
    static_assert(
        detail::is_pool(Kernel, Stride, Padding),
        "norma: MaxPool1d<kernel, stride, padding> needs positive kernel and stride, and a padding of at most "
        "half the kernel.");

    static constexpr FixedString name() { return detail::pool_name("MaxPool1d", Kernel, Stride, Padding); }
    static constexpr void append(GraphBuilder& builder) {
        if (!detail::is_sequence(builder, name())) return;
        detail::append_pool<ops::MaxPool>(builder, name(), {1, Kernel}, {1, Stride}, {0, Padding});
    }
};

/// The mean of each window along the width of a sequence; padding counts as zeros.
template <int Kernel, int Stride = Kernel, int Padding = 0>
struct AvgPool1d {
    static_assert(
        detail::is_pool(Kernel, Stride, Padding),
        "norma: AvgPool1d<kernel, stride, padding> needs positive kernel and stride, and a padding of at most "
        "half the kernel.");

    static constexpr FixedString name() { return detail::pool_name("AvgPool1d", Kernel, Stride, Padding); }
    static constexpr void append(GraphBuilder& builder) {
        if (!detail::is_sequence(builder, name())) return;
        detail::append_pool<ops::AveragePool>(builder, name(), {1, Kernel}, {1, Stride}, {0, Padding});
    }
};

}  // namespace norma::inline NORMA_TARGET
