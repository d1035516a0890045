#pragma once

#include <array>
#include <cstddef>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Part of an array: numbers [begin, begin + size).
struct Stretch {
    long long begin = 0;  ///< its first number
    int size = 0;         ///< how many

    friend constexpr bool operator==(const Stretch&, const Stretch&) = default;
};

/// For a kernel that fetches nothing.
struct NoPrefetch {
    /// Does nothing.
    void fetch(int /*part*/, int /*parts*/) const {}
};

/// Parts of an array that will be read soon. A convolution leaves the memory idle, so while it computes it fetches
/// these parts into the L2 cache, a few cache lines with every row; what reads them next need not wait. `Shares`
/// kernels can divide this work: this one does share number `Share`.
template <class T, auto Stretches, int Share = 0, int Shares = 1>
struct Prefetch {
    const T* array = nullptr;  ///< null if nothing will be read

    /// What part `part` of `parts` about equal ones fetches of `whole`: whole cache lines.
    static constexpr Stretch part_of(Stretch whole, int part, int parts) {
        const int lines = (whole.size + line - 1) / line;
        const long long place = 1ll * Share * parts + part;
        const int begin = static_cast<int>(lines * place / (1ll * Shares * parts));
        const int end = static_cast<int>(lines * (place + 1) / (1ll * Shares * parts));
        return {whole.begin + begin * line, (end - begin) * line};
    }

    /// Begins to fetch this part of every stretch, and does not wait for it.
    NORMA_ALWAYS_INLINE void fetch([[maybe_unused]] int part, [[maybe_unused]] int parts) const {
#if defined(__GNUC__)
        if (array == nullptr) return;
        for (const Stretch& whole : Stretches) {
            const Stretch s = part_of(whole, part, parts);
            for (int i = 0; i < s.size; i += line) __builtin_prefetch(array + s.begin + i, 0, 2);
        }
#endif
    }

private:
    static constexpr int line = static_cast<int>(alignment / sizeof(T));
};

}  // namespace norma::inline NORMA_TARGET::kernels
