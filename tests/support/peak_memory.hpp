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

/// The value, in bytes, of a line of /proc/self/status that is in KiB; nothing if there is no such line.
inline std::optional<std::int64_t> memory_by_system(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::int64_t kilobytes = 0;
        if (word == name + ":" && status >> kilobytes) return 1024 * kilobytes;
    }
    return std::nullopt;
}

/// Peak memory of `call` in bytes, in addition to what the process had before; accurate for large blocks only. Nothing
/// if the system is not Linux, or under a sanitizer, which has memory of its own.
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
