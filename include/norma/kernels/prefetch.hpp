#pragma once

#include <span>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Part of an array: numbers [begin, begin + size).
struct ArrayRange {
    long long begin = 0;  ///< its first number
    int size = 0;         ///< how many

    friend constexpr bool operator==(const ArrayRange&, const ArrayRange&) = default;
};

/// For a kernel that fetches nothing.
struct NoPrefetch {
    /// Does nothing.
    void fetch(int /*part*/, int /*parts*/) const {}
};

/// Parts of an array that will be read soon. A convolution leaves the memory idle, so while it computes it fetches
/// these parts into the L2 cache, a few cache lines with every row; what reads them next need not wait. `shares`
/// kernels can divide this work: this one does share number `share`.
template <class T>
struct Prefetch {
    const T* array = nullptr;              ///< null if nothing will be read
    std::span<const ArrayRange> ranges{};  ///< of the array
    int share = 0;                         ///< of this kernel
    int shares = 1;                        ///< of all kernels

    /// What part `part` of `parts` about equal ones fetches of `whole`: whole cache lines.
    constexpr ArrayRange part_of(ArrayRange whole, int part, int parts) const {
        const int lines = (whole.size + line - 1) / line;
        const long long place = 1ll * share * parts + part;
        const int begin = static_cast<int>(lines * place / (1ll * shares * parts));
        const int end = static_cast<int>(lines * (place + 1) / (1ll * shares * parts));
        return {whole.begin + begin * line, (end - begin) * line};
    }

    /// Begins to fetch this part of every range, and does not wait for it.
    NORMA_ALWAYS_INLINE void fetch(int part, int parts) const {
        if (array != nullptr && !ranges.empty()) fetch_all(part, parts);
    }

private:
    // Not inline, because every convolution has a call.
    NORMA_NOINLINE void fetch_all([[maybe_unused]] int part, [[maybe_unused]] int parts) const {
#if defined(__GNUC__)
        const T* from = array;
        NORMA_FORGET(from);  // or GCC leaves out the calls: to prefetch is no effect for it
        for (const ArrayRange& whole : ranges) {
            const ArrayRange s = part_of(whole, part, parts);
            for (int i = 0; i < s.size; i += line) __builtin_prefetch(from + s.begin + i, 0, 2);
        }
#endif
    }

    static constexpr int line = static_cast<int>(alignment / sizeof(T));
};

}  // namespace norma::inline NORMA_TARGET::kernels
