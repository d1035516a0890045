#include "machine.hpp"

#include <sys/utsname.h>

#include <array>
#include <ctime>
#include <fstream>
#include <thread>

#include "norma/kernels/packet.hpp"

namespace norma::compare {

std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    utsname system{};
    uname(&system);
    return std::string("processor ") + system.machine;
}

const char* instruction_set() {
#if defined(__AVX512F__)
    return "AVX-512";
#elif defined(__AVX2__)
    return "AVX2";
#elif defined(__AVX__)
    return "AVX";
#elif defined(__SSE2__)
    return "SSE2";
#elif defined(__ARM_NEON)
    return "NEON";
#else
    return "no SIMD known";
#endif
}

std::string machine_line() {
    utsname system{};
    uname(&system);
    const unsigned cores = std::thread::hardware_concurrency();
    return processor_name() + ", " + std::to_string(cores) + (cores == 1 ? " logical core, " : " logical cores, ") +
           system.sysname + " " + system.release;
}

std::string compiler_name() {
#if defined(__clang__)
    return std::string("Clang ") + __clang_version__;
#elif defined(__GNUC__)
    return std::string("GCC ") + __VERSION__;
#else
    return "an unknown compiler";
#endif
}

std::string compiler_line() {
    std::string line = compiler_name();
#if defined(__OPTIMIZE__)
    line += ", optimised";
#else
    line += ", not optimised";
#endif
#if !defined(NDEBUG)
    line += ", with assertions";
#endif
    const int floats = simd::detail::widest_lanes<float>;
    return line + ", " + instruction_set() + " (" + std::to_string(floats) + " floats at once)";
}

std::string time_line() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S %Z", &parts)};
}

}  // namespace norma::compare
