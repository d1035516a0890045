#pragma once

#include <cstddef>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Elements in memory, as `std::span<const T>`, to which it is to be preferred for types of norma's own: for each type
/// of span the compiler works as long as for a small function, before anyone calls it.
template <class T>
class ArrayView {
public:
    /// None.
    constexpr ArrayView() = default;
    /// `size` elements from `data` on.
    constexpr ArrayView(const T* data, std::size_t size) : data_(data), size_(size) {}
    /// All elements of an array whose `begin()` is a pointer.
    template <class Array>
        requires requires(const Array& array) { array.begin() + array.size(); }
    constexpr ArrayView(const Array& array) : data_(array.begin()), size_(array.size()) {}

    /// How many there are.
    constexpr std::size_t size() const { return size_; }
    /// Are there none?
    constexpr bool empty() const { return size_ == 0; }
    /// Number `k`.
    constexpr const T& operator[](std::size_t k) const { return data_[k]; }
    /// The last one.
    constexpr const T& back() const { return data_[size_ - 1]; }
    /// To loop over them.
    constexpr const T* begin() const { return data_; }
    /// The same.
    constexpr const T* end() const { return data_ + size_; }
    /// The first `count`.
    constexpr ArrayView first(std::size_t count) const { return {data_, count}; }
    /// Those from number `k` on.
    constexpr ArrayView from(std::size_t k) const { return {data_ + k, size_ - k}; }

private:
    const T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
