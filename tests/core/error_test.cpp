#include "norma/core/error.hpp"

#include <doctest/doctest.h>

namespace error_test {

using namespace norma;

TEST_CASE("raise throws the type asked for, with its message") {
    CHECK_THROWS_WITH_AS(raise<FileError>("a.bin: too short"), "a.bin: too short", FileError);
    CHECK_THROWS_WITH_AS(raise<DataError>("d"), "d", DataError);
    CHECK_THROWS_WITH_AS(raise<OptionError>("o"), "o", OptionError);
    CHECK_THROWS_WITH_AS(raise<TrainingError>("t"), "t", TrainingError);
    CHECK_THROWS_WITH_AS(raise("plain"), "plain", Error);
}

TEST_CASE("one handler catches everything that norma throws") {
    CHECK_THROWS_AS(raise<FileError>("x"), Error);
    CHECK_THROWS_AS(raise<TrainingError>("x"), Error);
    CHECK_THROWS_AS(raise<OptionError>("x"), std::runtime_error);
}

}  // namespace error_test
