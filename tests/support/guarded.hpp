#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

/// What shows that an element was not written: NaN, if the type has one.
template <class T>
constexpr T unwritten() {
    if constexpr (std::numeric_limits<T>::is_integer) return T();
    return T(std::numeric_limits<float>::quiet_NaN());
}

/// An array for a kernel to write to. It begins as NaN, which shows if an element is not written, or is read before it
/// is written. Before and after it are guard elements, which must not change.
template <class T>
class Guarded {
public:
    explicit Guarded(int size, T fill = unwritten<T>())
        : size_(static_cast<std::size_t>(size)), memory_(size_ + 2 * guard_size, guard) {
        std::fill_n(data(), size_, fill);
    }
    explicit Guarded(const std::vector<T>& content) : Guarded(static_cast<int>(content.size())) {
        std::copy(content.begin(), content.end(), data());
    }

    T* data() { return memory_.data() + guard_size; }
    std::span<const T> values() const { return std::span(memory_).subspan(guard_size, size_); }
    std::vector<T> copy() const { return {values().begin(), values().end()}; }
    bool intact() const {
        const auto is_guard = [](T value) { return value == guard; };
        return std::all_of(memory_.begin(), memory_.begin() + guard_size, is_guard) &&
               std::all_of(memory_.end() - guard_size, memory_.end(), is_guard);
    }
    /// Number of elements that differ from the expected ones, plus 1 if a guard was overwritten.
    int differences(const std::vector<T>& expected) const {
        if (expected.size() != size_) return std::numeric_limits<int>::max();
        int count = intact() ? 0 : 1;
        for (std::size_t i = 0; i < size_; ++i) count += values()[i] == expected[i] ? 0 : 1;
        return count;
    }

private:
    static constexpr int guard_size = 32;
    static constexpr T guard = T(-12345.75);

    std::size_t size_;
    std::vector<T> memory_;
};
