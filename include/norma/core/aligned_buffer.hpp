#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace norma::inline NORMA_TARGET {

/// Alignment in bytes of every array that the library owns: one cache line, which is also the widest SIMD register.
inline constexpr std::size_t alignment = 64;

/// `n` elements rounded up so that the next array starts at an aligned address.
template <class T>
constexpr std::size_t aligned_count(std::size_t n) {
    constexpr std::size_t step = alignment / sizeof(T);
    return (n + step - 1) / step * step;
}

namespace detail {

/// Memory in large pages: wide networks go through more memory in a step than the processor has addresses of small
/// pages at hand. Asked for where an array has several large pages.
inline constexpr std::size_t large_page = std::size_t(1) << 21;

/// Alignment of an array of `bytes` bytes.
constexpr std::size_t alignment_of(std::size_t bytes) { return bytes < 2 * large_page ? alignment : large_page; }

/// `bytes` bytes of memory, not initialised.
NORMA_NOINLINE inline void* allocate(std::size_t bytes) {
    void* const memory = ::operator new(bytes, std::align_val_t{alignment_of(bytes)});
#if defined(MADV_HUGEPAGE)
    // Only for whole pages, so that no memory is used beyond the array. If the system refuses, pages are small.
    if (bytes >= 2 * large_page) ::madvise(memory, bytes / large_page * large_page, MADV_HUGEPAGE);
#endif
    return memory;
}
/// Frees what `allocate` gave.
NORMA_NOINLINE inline void deallocate(void* memory, std::size_t bytes) {
    ::operator delete(memory, std::align_val_t{alignment_of(bytes)});
}

}  // namespace detail

/// A zero-filled, aligned array of numbers. One cache line of zeros follows the last element, so that a whole SIMD
/// packet may be read at any element. It is a contiguous range, so it converts to `std::span`.
template <class T>
class AlignedBuffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t size) : size_(size) {
        data_ = static_cast<T*>(detail::allocate(bytes()));
        std::memset(static_cast<void*>(data_), 0, bytes());
    }
    AlignedBuffer(const AlignedBuffer& other) : AlignedBuffer(other.size_) {
        if (size_ != 0) std::memcpy(static_cast<void*>(data_), other.data_, size_ * sizeof(T));
    }
    AlignedBuffer(AlignedBuffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    AlignedBuffer& operator=(AlignedBuffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~AlignedBuffer() {
        if (data_ != nullptr) detail::deallocate(data_, bytes());
    }

    T* data() { return data_; }
    const T* data() const { return data_; }
    std::size_t size() const { return size_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }
    T* begin() { return data_; }
    T* end() { return data_ + size_; }
    const T* begin() const { return data_; }
    const T* end() const { return data_ + size_; }

private:
    std::size_t bytes() const { return aligned_count<T>(size_) * sizeof(T) + alignment; }

    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
