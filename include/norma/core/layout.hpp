#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include "norma/core/error.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Reverses three axes: element (i, j, k) of `from`, a × b × c, becomes element (k, j, i) of `to` (`=`), c × b × a. All
/// changes of layout in norma are of this kind. The arrays must not overlap.
/// @throws DataError if an array has not a · b · c elements.
template <class T>
void reverse_axes(std::span<const std::type_identity_t<T>> from, std::span<std::type_identity_t<T>> to, std::size_t a,
                  std::size_t b, std::size_t c) {
    if (from.size() != a * b * c || to.size() != a * b * c) {
        raise<DataError>({"change of layout: arrays of ", from.size(), " and ", to.size(), " elements; ", a, " × ", b,
                          " × ", c, " needs ", a * b * c, " in each"});
    }
    for (std::size_t k = 0; k < c; ++k) {
        for (std::size_t j = 0; j < b; ++j) {
            for (std::size_t i = 0; i < a; ++i) to[(k * b + j) * a + i] = from[(i * b + j) * c + k];
        }
    }
}

namespace detail {
template <class T, class Reverse>
void for_each_image(std::span<const T> from, std::span<T> to, std::size_t image, const Reverse& reverse) {
    if (image == 0 || from.size() % image != 0 || to.size() != from.size()) {
        raise<DataError>({"change of layout: arrays of ", from.size(), " and ", to.size(),
                          " elements; both must hold the same number of images of ", image});
    }
    for (std::size_t at = 0; at < from.size(); at += image) reverse(from.subspan(at, image), to.subspan(at, image));
}
}  // namespace detail

/// Converts images (or any activations) from C × H × W, as in files and PyTorch, to norma's H × W × C: as many as the
/// arrays hold. Writes (`=`) `to`. The element type must be written: `to_channels_last<float>(…)`.
/// @throws DataError if the arrays do not hold the same number of whole images.
template <class T>
void to_channels_last(std::span<const std::type_identity_t<T>> from, std::span<std::type_identity_t<T>> to,
                      Extent extent) {
    const auto channels = static_cast<std::size_t>(extent.channels);
    const auto pixels = static_cast<std::size_t>(extent.pixels());
    detail::for_each_image<T>(from, to, channels * pixels,
                              [&](auto in, auto out) { reverse_axes<T>(in, out, channels, 1, pixels); });
}

/// The inverse of `to_channels_last`: H × W × C to C × H × W.
/// @throws DataError if the arrays do not hold the same number of whole images.
template <class T>
void to_channels_first(std::span<const std::type_identity_t<T>> from, std::span<std::type_identity_t<T>> to,
                       Extent extent) {
    const auto channels = static_cast<std::size_t>(extent.channels);
    const auto pixels = static_cast<std::size_t>(extent.pixels());
    detail::for_each_image<T>(from, to, channels * pixels,
                              [&](auto in, auto out) { reverse_axes<T>(in, out, pixels, 1, channels); });
}

/// Converts a convolution's weights from O × I × H × W, as in PyTorch, to norma's H × W × I × O: output channels are
/// innermost, as they are SIMD lanes. `input` has the input channels and the size of the kernel. A linear layer's O ×
/// (C · H · W) is the same with a kernel as large as its input. Writes (`=`) `to`.
/// @throws DataError if the arrays are not of that size.
template <class T>
void to_outputs_last(std::span<const std::type_identity_t<T>> from, std::span<std::type_identity_t<T>> to, int outputs,
                     Extent input) {
    reverse_axes<T>(from, to, static_cast<std::size_t>(outputs), static_cast<std::size_t>(input.channels),
                    static_cast<std::size_t>(input.pixels()));
}

/// The inverse of `to_outputs_last`: H × W × I × O to O × I × H × W.
/// @throws DataError if the arrays are not of that size.
template <class T>
void to_outputs_first(std::span<const std::type_identity_t<T>> from, std::span<std::type_identity_t<T>> to, int outputs,
                      Extent input) {
    reverse_axes<T>(from, to, static_cast<std::size_t>(input.pixels()), static_cast<std::size_t>(input.channels),
                    static_cast<std::size_t>(outputs));
}

}  // namespace norma::inline NORMA_TARGET
