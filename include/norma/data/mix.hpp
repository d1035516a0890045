#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// Mixes the sample `second` into `first`, height × width × channels, as `mixture` says: first = share · first + (1 −
/// share) · second, or first = second in the box.
template <class T>
void mix(const Mixture& mixture, Extent extent, std::span<const T> second, T* first) {
    if (!mixture.box) {
        const T share = static_cast<T>(mixture.share), rest = static_cast<T>(1 - mixture.share);
        for (std::size_t i = 0; i < second.size(); ++i) first[i] = share * first[i] + rest * second[i];
        return;
    }
    const PixelBox& box = *mixture.box;
    for (int y = box.top; y < box.bottom; ++y) {
        const std::ptrdiff_t row = std::ptrdiff_t{y} * extent.width * extent.channels;
        std::copy(second.begin() + row + box.left * extent.channels, second.begin() + row + box.right * extent.channels,
                  first + row + box.left * extent.channels);
    }
}

}  // namespace norma::inline NORMA_TARGET
