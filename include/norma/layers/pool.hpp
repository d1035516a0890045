#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Appends a pool over windows, or refuses a shape that no window fits.
template <class Pool>
constexpr void append_pool(GraphBuilder& builder, const FixedString& name, Size kernel, Size stride, Size padding) {
    const Extent in = builder.shape();
    const Size size = output_size(in, kernel, stride, padding);
    const Extent out{in.channels, size.height, size.width};
    if (out.height < 1 || out.width < 1) {
        refuse_window(builder, name, kernel, padding, 1);
        return;
    }
    builder.append(Pool{{in, out, kernel, stride, padding}});
}

constexpr FixedString pool_name(const char* kind, Size kernel, Size stride, Size padding) {
    FixedString text = FixedString(kind) << "<" << kernel;
    if (stride != kernel || padding != Size(0)) text << ", " << stride << ", " << padding;
    return text << ">";
}

/// Windows of one size that cover the image, `count` of them, which must divide it. The stride is their size, so that
/// `Pooling::tiles_input` holds.
constexpr kernels::Pooling equal_windows(Extent in, Size count) {
    const Size window{in.height / count.height, in.width / count.width};
    return {in, {in.channels, count.height, count.width}, window, window};
}

/// Are these the sizes of a pool's windows?
constexpr bool is_pool(Size kernel, Size stride, Size padding) {
    return kernel.height > 0 && kernel.width > 0 && stride.height > 0 && stride.width > 0 && padding.height >= 0 &&
           padding.width >= 0 && 2 * padding.height <= kernel.height && 2 * padding.width <= kernel.width;
}
}  // namespace detail

/// The largest element of each window, by channel. Kernel, stride and padding are a number or a `Size{height, width}`.
/// The gradient goes to the first largest element of the window, counted row by row.
template <Size Kernel, Size Stride = Kernel, Size Padding = 0>
struct MaxPool2d {
    static_assert(
        detail::is_pool(Kernel, Stride, Padding),
        "norma: MaxPool2d<kernel, stride, padding> needs positive kernel and stride, and a padding of at most "
        "half the kernel.");

    static constexpr FixedString name() { return detail::pool_name("MaxPool2d", Kernel, Stride, Padding); }
    static constexpr void append(GraphBuilder& builder) {
        detail::append_pool<ops::MaxPool>(builder, name(), Kernel, Stride, Padding);
    }
};

/// The mean of each window, by channel; padding counts as zeros. Kernel, stride and padding are as in `MaxPool2d`.
template <Size Kernel, Size Stride = Kernel, Size Padding = 0>
struct AvgPool2d {
    static_assert(
        detail::is_pool(Kernel, Stride, Padding),
        "norma: AvgPool2d<kernel, stride, padding> needs positive kernel and stride, and a padding of at most "
        "half the kernel.");

    static constexpr FixedString name() { return detail::pool_name("AvgPool2d", Kernel, Stride, Padding); }
    static constexpr void append(GraphBuilder& builder) {
        detail::append_pool<ops::AveragePool>(builder, name(), Kernel, Stride, Padding);
    }
};

/// The mean of each channel; the output has shape C × 1 × 1.
struct GlobalAvgPool2d {
    static constexpr FixedString name() { return "GlobalAvgPool2d"; }
    static constexpr void append(GraphBuilder& builder) {
        builder.append(ops::AveragePool{detail::equal_windows(builder.shape(), 1)});
    }
};

/// The largest element of each channel; the output has shape C × 1 × 1. PyTorch's AdaptiveMaxPool2d(1).
struct GlobalMaxPool2d {
    static constexpr FixedString name() { return "GlobalMaxPool2d"; }
    static constexpr void append(GraphBuilder& builder) {
        builder.append(ops::MaxPool{detail::equal_windows(builder.shape(), 1)});
    }
};

/// The mean of each of Height × Width windows, which cover the image: output row i is the mean of the rows from
/// ⌊i · H / Height⌋ to ⌈(i + 1) · H / Height⌉, the latter excluded, and so are the columns. Windows of a size that does
/// not divide the image overlap by a row or column. PyTorch's AdaptiveAvgPool2d((Height, Width)).
template <int Height, int Width = Height>
struct AdaptiveAvgPool2d {
    static_assert(Height > 0 && Width > 0,
                  "norma: AdaptiveAvgPool2d<height, width> needs a positive height and width.");

    static constexpr FixedString name() { return FixedString("AdaptiveAvgPool2d<") << Height << ", " << Width << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        if (in.height % Height == 0 && in.width % Width == 0) {
            builder.append(ops::AveragePool{detail::equal_windows(in, {Height, Width})});
        } else {
            builder.append(ops::Resample{{in, {in.channels, Height, Width}, kernels::Sampling::mean}});
        }
    }
};

}  // namespace norma::inline NORMA_TARGET
