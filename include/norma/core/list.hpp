#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A growing list, also for compile time: std::vector is not constexpr where the standard library checks its iterators
/// (`-D_GLIBCXX_DEBUG`). `T` needs a default constructor and copy assignment.
template <class T>
class List {
public:
    constexpr List() = default;
    constexpr List(std::initializer_list<T> values) {
        for (const T& value : values) push_back(value);
    }
    constexpr List(const List& other) {
        for (const T& value : other) push_back(value);
    }
    constexpr List(List&& other) noexcept { swap(other); }
    constexpr List& operator=(List other) noexcept {
        swap(other);
        return *this;
    }
    constexpr ~List() { delete[] values_; }

    /// Appends. `value` may be an element of the list.
    constexpr void push_back(const T& value) {
        if (size_ == capacity_) return append_grown(value);
        values_[size_++] = value;
    }
    /// Inserts `value` before element `at`, which may be the size.
    constexpr void insert(std::size_t at, T value) {
        if (size_ == capacity_) grow();
        for (std::size_t i = size_++; i > at; --i) values_[i] = values_[i - 1];
        values_[at] = value;
    }

    /// Keeps the first `count` elements.
    constexpr void shrink(std::size_t count) { size_ = count; }
    /// Becomes `count` copies of `value`.
    constexpr void assign(std::size_t count, T value) {
        size_ = 0;
        for (std::size_t i = 0; i < count; ++i) push_back(value);
    }

    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr T& operator[](std::size_t i) { return values_[i]; }
    constexpr const T& operator[](std::size_t i) const { return values_[i]; }
    constexpr T& back() { return values_[size_ - 1]; }
    constexpr const T& back() const { return values_[size_ - 1]; }
    constexpr T* begin() { return values_; }
    constexpr T* end() { return values_ + size_; }
    constexpr const T* begin() const { return values_; }
    constexpr const T* end() const { return values_ + size_; }
    friend constexpr bool operator==(const List& a, const List& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }

private:
    // Plain loops: in a constant expression every call of a function costs the compiler more than what it does.
    constexpr void grow() {
        const std::size_t capacity = 2 * capacity_ + 8;
        T* const values = new T[capacity]();
        for (std::size_t i = 0; i < size_; ++i) values[i] = values_[i];
        delete[] values_;
        values_ = values;
        capacity_ = capacity;
    }
    constexpr void append_grown(T value) {
        grow();
        values_[size_++] = value;
    }

    // Not by std::swap, which the compiler would make for each of twenty types of elements.
    constexpr void swap(List& other) noexcept {
        T* const values = values_;
        const std::size_t size = size_, capacity = capacity_;
        values_ = other.values_;
        size_ = other.size_;
        capacity_ = other.capacity_;
        other.values_ = values;
        other.size_ = size;
        other.capacity_ = capacity;
    }

    T* values_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
