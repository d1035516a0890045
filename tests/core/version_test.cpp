#include "norma/core/version.hpp"

#include <doctest/doctest.h>

#include <string>

namespace version_test {

// A later version is a larger number, for the preprocessor too.
static_assert(NORMA_VERSION_MINOR < 100 && NORMA_VERSION_PATCH < 100);
#if NORMA_VERSION != 10000 * NORMA_VERSION_MAJOR + 100 * NORMA_VERSION_MINOR + NORMA_VERSION_PATCH
#error "NORMA_VERSION is not made of its parts"
#endif

TEST_CASE("version: the macros, the text and CMake's project agree") {
    const std::string parts = std::to_string(NORMA_VERSION_MAJOR) + "." + std::to_string(NORMA_VERSION_MINOR) + "." +
                              std::to_string(NORMA_VERSION_PATCH);
    CHECK(parts == norma::version);
    CHECK(parts == NORMA_PROJECT_VERSION);
}

}  // namespace version_test
