#include "norma/core/version.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_CASE("version: the macros, the text and CMake's project agree") {
    const std::string parts = std::to_string(NORMA_VERSION_MAJOR) + "." + std::to_string(NORMA_VERSION_MINOR) + "." +
                              std::to_string(NORMA_VERSION_PATCH);
    CHECK(parts == norma::version);
    CHECK(parts == NORMA_PROJECT_VERSION);
}

TEST_CASE("version: a later one is a larger number") {
    static_assert(NORMA_VERSION == 10000 * NORMA_VERSION_MAJOR + 100 * NORMA_VERSION_MINOR + NORMA_VERSION_PATCH);
    static_assert(NORMA_VERSION_MINOR < 100 && NORMA_VERSION_PATCH < 100);
#if NORMA_VERSION < 1
    FAIL("the preprocessor cannot compare NORMA_VERSION");
#endif
}
