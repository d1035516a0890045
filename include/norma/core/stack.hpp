#pragma once

#include <cstddef>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/array_view.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A list that grows up to a number of elements for which it has the memory from the beginning. So, unlike those of
/// std::vector, its functions are short wherever they are inlined.
template <class T>
class Stack {
public:
    /// With room for `most` elements.
    explicit Stack(std::size_t most) : values_(most) {}

    /// Appends; there must be room.
    void push_back(const T& value) { values_[size_++] = value; }
    /// Removes the last one.
    void pop_back() { --size_; }
    /// Removes all.
    void clear() { size_ = 0; }
    /// The last one.
    const T& back() const { return values_[size_ - 1]; }
    /// Number `i`.
    T& operator[](std::size_t i) { return values_[i]; }
    /// The same, to read.
    const T& operator[](std::size_t i) const { return values_[i]; }
    /// How many there are.
    std::size_t size() const { return size_; }
    /// Is there none?
    bool empty() const { return size_ == 0; }
    /// All of them.
    ArrayView<T> all() const { return {values_.data(), size_}; }

private:
    AlignedBuffer<T> values_;
    std::size_t size_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
