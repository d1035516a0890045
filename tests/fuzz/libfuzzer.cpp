// The functions that libFuzzer calls. `fuzz_NAME --write-seeds=FOLDER` writes the harness's seeds and ends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness.hpp"
#include "norma/core/file.hpp"

namespace {

using namespace fuzz;

const Harness& harness() { return harnesses().at(0); }

/// Processor time of this thread, which does not depend on other programs.
double processor_seconds() {
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void write_seeds(const std::filesystem::path& folder) {
    if (harness().seeds == nullptr) return;
    int number = 0;
    for (const Buffer& seed : harness().seeds()) {
        norma::write_file_atomically(folder / ("made_" + std::to_string(++number)), std::as_bytes(std::span(seed)));
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    constexpr std::string_view option = "--write-seeds=";
    for (int i = 1; i < *count; ++i) {
        const std::string_view argument = (*arguments)[i];
        if (!argument.starts_with(option)) continue;
        write_seeds(argument.substr(option.size()));
        std::exit(0);
    }
    // The harness's options come first, so that the caller's options override them.
    static std::string most = "-max_len=" + std::to_string(harness().most_bytes), timeout = "-timeout=10";
    static std::vector<char*> all(*arguments, *arguments + *count + 1);  // with the null pointer at the end
    all.insert(all.begin() + 1, {most.data(), timeout.data()});
    *count += 2;
    *arguments = all.data();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const double begin = processor_seconds();
    harness().takes({data, size});
    // A microsecond for each byte is usual. The limit finds time that grows with the square of the size.
    const double seconds = processor_seconds() - begin, most = 0.5 + 1e-4 * static_cast<double>(size);
    promise(seconds <= most, std::to_string(seconds) + " s for " + std::to_string(size) + " bytes");
    return 0;
}

/// One mutation in four is not repaired, so that the checks of lengths and checksums are tested too.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, most);
    if (harness().repair == nullptr || seed % 4 == 0) return size;
    Buffer input(data, data + size);
    harness().repair(input);
    if (input.size() > most) return size;
    std::copy(input.begin(), input.end(), data);
    return input.size();
}

/// Makes executions fast: freed memory is kept unused for 4 MB instead of 256, which stay in the cache, and one caller
/// of an allocation is recorded. For more callers run the input's file with ASAN_OPTIONS=malloc_context_size=30.
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=4:malloc_context_size=1"; }
