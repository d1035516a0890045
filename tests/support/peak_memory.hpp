#pragma once

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_is_own = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool memory_is_own = false;
#else
inline constexpr bool memory_is_own = true;
#endif
#else
inline constexpr bool memory_is_own = true;
#endif

/// A line of /proc/self/status that counts KiB, in bytes; nothing where there is none.
inline std::optional<std::int64_t> memory_by_system(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::int64_t kilobytes = 0;
        if (word == name + ":" && status >> kilobytes) return 1024 * kilobytes;
    }
    return std::nullopt;
}

/// Bytes of memory that `call` touched at its peak, beyond what the process had before; exact for large blocks only.
/// Nothing where the system does not tell (it is Linux's), and under a sanitizer, which keeps memory of its own.
template <class Call>
std::optional<std::int64_t> peak_memory_of(const Call& call) {
#if defined(__GLIBC__)
    malloc_trim(0);  // what was freed earlier goes back to the system, or its use would not be seen
#endif
    std::ofstream("/proc/self/clear_refs") << "5\n";  // the peak is what is there now
    const auto before = memory_by_system("VmRSS");
    call();
    const auto peak = memory_by_system("VmHWM");
    if (!memory_is_own || !before || !peak) return std::nullopt;
    return std::max(std::int64_t{0}, *peak - *before);
}
