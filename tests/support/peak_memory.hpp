#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

/// A line of /proc/self/status that counts KiB, in bytes; nothing where there is none.
inline std::optional<std::int64_t> memory_by_system(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::int64_t kilobytes = 0;
        if (word == name + ":" && status >> kilobytes) return 1024 * kilobytes;
    }
    return std::nullopt;
}

/// Bytes of memory that `call` touched at its peak, beyond what the process had before; memory that was freed earlier
/// and is used again is not seen, so it is exact for large blocks only. Nothing where the system does not tell (it is
/// Linux's).
template <class Call>
std::optional<std::int64_t> peak_memory_of(const Call& call) {
    std::ofstream("/proc/self/clear_refs") << "5\n";  // the peak is what is there now
    const auto before = memory_by_system("VmRSS");
    call();
    const auto peak = memory_by_system("VmHWM");
    if (!before || !peak) return std::nullopt;
    return std::max(std::int64_t{0}, *peak - *before);
}
