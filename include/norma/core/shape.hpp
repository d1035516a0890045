#pragma once

#include <cstddef>
#include <initializer_list>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// The largest number of elements of one activation, and of one layer's weights: kernels count them in `int`. Sums over
/// several (a plan, a batch, all parameters) are counted in 64 bits.
inline constexpr long long most_elements = 1ll << 30;

/// The product of `sizes`; −1 if it is above `most_elements`. It cannot overflow.
constexpr long long element_count(std::initializer_list<int> sizes) {
    long long product = 1;
    for (const int size : sizes) {
        product *= size;
        if (product > most_elements) return -1;
    }
    return product;
}

/// Sizes of one sample's activation as a value: channels × height × width. Can be a template argument. In memory the
/// order is height, width, channels: neighbouring channels are neighbouring SIMD lanes.
struct Extent {
    int channels = 0;
    int height = 0;
    int width = 0;

    /// Number of pixels of one channel.
    constexpr int pixels() const { return height * width; }
    /// Number of elements.
    constexpr int size() const { return channels * height * width; }

    /// Has it at most `most_elements` elements? Only then may `pixels` and `size` be called.
    constexpr bool fits() const { return element_count({channels, height, width}) >= 0; }

    friend constexpr bool operator==(const Extent&, const Extent&) = default;
};

/// Height and width, of a kernel, a stride or a padding. Can be a template argument: `3` stands for `Size{3, 3}`.
struct Size {
    int height = 1;
    int width = 1;

    /// 1 × 1.
    constexpr Size() = default;
    /// A square.
    constexpr Size(int both) : height(both), width(both) {}
    /// A rectangle.
    constexpr Size(int h, int w) : height(h), width(w) {}

    /// Height × width.
    constexpr int pixels() const { return height * width; }

    friend constexpr bool operator==(const Size&, const Size&) = default;
};

/// The shape of one sample as a type, in PyTorch's order C × H × W. In memory a sample is height × width × channels,
/// channels innermost: so `load` writes it and `predict` reads it.
template <int C, int H, int W>
struct Shape {
    static_assert(C > 0 && H > 0 && W > 0, "norma: every size of a Shape<channels, height, width> must be positive.");
    static_assert(
        C < 1 || H < 1 || W < 1 || Extent{C, H, W}.fits(),
        "norma: a Shape<channels, height, width> may have at most 1073741824 numbers (2 to the power of 30).");

    static constexpr int channels = C;
    static constexpr int height = H;
    static constexpr int width = W;
    static constexpr Extent extent{C, H, W};    ///< the same as a value
    static constexpr int size = extent.size();  ///< number of elements
};

namespace detail {
template <class T>
inline constexpr bool is_shape = false;
template <int C, int H, int W>
inline constexpr bool is_shape<Shape<C, H, W>> = true;
}  // namespace detail

/// A `Shape<C, H, W>`.
template <class T>
concept ShapeType = detail::is_shape<T>;

}  // namespace norma::inline NORMA_TARGET
