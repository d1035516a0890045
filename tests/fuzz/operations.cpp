#include "operations.hpp"

#include <atomic>

#if defined(__clang__)
#define NORMA_FUZZ_NOT_COUNTED [[clang::no_sanitize("coverage")]]
#else
#define NORMA_FUZZ_NOT_COUNTED [[gnu::no_sanitize_coverage]]
#endif

namespace {

thread_local std::uint64_t count = 0;

}  // namespace

/// The compiler calls this at the beginning of every basic block (-fsanitize-coverage=trace-pc).
extern "C" NORMA_FUZZ_NOT_COUNTED void __sanitizer_cov_trace_pc() { ++count; }

std::uint64_t fuzz::operations() { return count; }
