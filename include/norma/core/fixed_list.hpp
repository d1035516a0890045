#pragma once

#include <cstddef>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A list of at most `Most` elements, which a constant can have: its elements are within it, unlike those of `List`.
template <class T, std::size_t Most>
struct FixedList {
    static constexpr std::size_t most = Most;  ///< elements that it has room for

    T values[Most] = {};    ///< the first `count` are used
    std::size_t count = 0;  ///< how many there are

    /// `count`.
    constexpr std::size_t size() const { return count; }
    constexpr const T* begin() const { return values; }
    constexpr const T* end() const { return values + count; }
    constexpr T& operator[](std::size_t k) { return values[k]; }
    constexpr const T& operator[](std::size_t k) const { return values[k]; }
    /// Appends; there must be room.
    constexpr void push_back(const T& value) { values[count++] = value; }
};

}  // namespace norma::inline NORMA_TARGET
