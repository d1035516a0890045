#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Appends a pool over square windows, or refuses a shape that no window fits.
template <class Pool>
constexpr void append_pool(GraphBuilder& builder, const Sentence& name, int kernel, int stride, int padding) {
    const Extent in = builder.shape();
    const Extent out{in.channels, kernels::Convolution::output_size(in.height, kernel, stride, padding),
                     kernels::Convolution::output_size(in.width, kernel, stride, padding)};
    if (out.height < 1 || out.width < 1) {
        builder.refuse(name, Sentence("a height and a width of at least ") << kernel - 2 * padding);
        return;
    }
    builder.append(Pool{{in, out, {kernel, kernel}, {stride, stride}, {padding, padding}}});
}

constexpr Sentence pool_name(const char* kind, int kernel, int stride, int padding) {
    Sentence text = Sentence(kind) << "<" << kernel;
    if (stride != kernel || padding != 0) text << ", " << stride << ", " << padding;
    return text << ">";
}
}  // namespace detail

/// The largest element of each Kernel × Kernel window, by channel. The gradient goes to the first largest element of
/// the window, counted row by row.
template <int Kernel, int Stride = Kernel, int Padding = 0>
struct MaxPool2d {
    static_assert(
        Kernel > 0 && Stride > 0 && Padding >= 0 && 2 * Padding <= Kernel,
        "norma: MaxPool2d<kernel, stride, padding> needs positive kernel and stride, and a padding of at most "
        "half the kernel.");

    static constexpr Sentence name() { return detail::pool_name("MaxPool2d", Kernel, Stride, Padding); }
    static constexpr void append(GraphBuilder& builder) {
        detail::append_pool<ops::MaxPool>(builder, name(), Kernel, Stride, Padding);
    }
};

/// The mean of each Kernel × Kernel window, by channel; padding counts as zeros.
template <int Kernel, int Stride = Kernel, int Padding = 0>
struct AvgPool2d {
    static_assert(
        Kernel > 0 && Stride > 0 && Padding >= 0 && 2 * Padding <= Kernel,
        "norma: AvgPool2d<kernel, stride, padding> needs positive kernel and stride, and a padding of at most "
        "half the kernel.");

    static constexpr Sentence name() { return detail::pool_name("AvgPool2d", Kernel, Stride, Padding); }
    static constexpr void append(GraphBuilder& builder) {
        detail::append_pool<ops::AveragePool>(builder, name(), Kernel, Stride, Padding);
    }
};

/// The mean of each channel; the output has shape C × 1 × 1.
struct GlobalAvgPool2d {
    static constexpr Sentence name() { return "GlobalAvgPool2d"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        // One window, and a stride of its size, so that `Pooling::tiles_input` holds.
        const Size all{in.height, in.width};
        builder.append(ops::AveragePool{{in, Extent{in.channels, 1, 1}, all, all}});
    }
};

}  // namespace norma::inline NORMA_TARGET
