#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Part of an array: bytes [begin, begin + size).
struct ArrayRange {
    long long begin = 0;  ///< its first byte
    long long size = 0;   ///< how many

    friend constexpr bool operator==(const ArrayRange&, const ArrayRange&) = default;
};

/// For a kernel that fetches nothing.
struct NoPrefetch {
    /// No.
    static constexpr bool fetches() { return false; }
    /// Does nothing.
    void fetch(int /*part*/, int /*parts*/) const {}
};

/// Parts of an array that will be read soon. A convolution leaves the memory idle, so while it computes it fetches
/// these parts into the L2 cache, a few cache lines at a time; what reads them next need not wait. Many lines at once
/// would keep the convolution itself from the L2 cache. `shares` kernels can divide this work: this one does share
/// number `share`.
struct Prefetch {
    const std::byte* array = nullptr;      ///< null if nothing will be read
    std::span<const ArrayRange> ranges{};  ///< of the array
    int share = 0;                         ///< of this kernel
    int shares = 1;                        ///< of all kernels

    /// Calls `f(i)` for the first byte of each cache line that part `part` of `parts` about equal ones fetches.
    template <class F>
    constexpr void for_each_line(int part, int parts, const F& f) const {
        long long count = 0;
        for (const ArrayRange& range : ranges) count += lines(range);
        const long long place = 1ll * share * parts + part;
        long long begin = count * place / (1ll * shares * parts);
        long long end = count * (place + 1) / (1ll * shares * parts);
        for (const ArrayRange& range : ranges) {
            if (end <= 0) return;
            const long long last = std::min(end, lines(range));
            for (long long i = std::max(0ll, begin); i < last; ++i) f(range.begin + i * line);
            begin -= lines(range);
            end -= lines(range);
        }
    }

    /// Is there anything to fetch?
    NORMA_ALWAYS_INLINE bool fetches() const { return array != nullptr && !ranges.empty(); }
    /// Begins to fetch this part, and does not wait for it.
    NORMA_ALWAYS_INLINE void fetch(int part, int parts) const {
        if (fetches()) fetch_all(part, parts);
    }

private:
    // Not inline, because every convolution has a call.
    NORMA_NOINLINE void fetch_all([[maybe_unused]] int part, [[maybe_unused]] int parts) const {
#if defined(__GNUC__)
        for_each_line(part, parts, [this](long long i) NORMA_ALWAYS_INLINE {
            const std::byte* from = array + i;
            NORMA_FORGET(from);  // or GCC leaves out the calls: to prefetch is no effect for it
            __builtin_prefetch(from, 0, 2);
        });
#endif
    }

    static constexpr long long line = static_cast<long long>(alignment);
    static constexpr long long lines(const ArrayRange& range) { return (range.size + line - 1) / line; }
};

}  // namespace norma::inline NORMA_TARGET::kernels
