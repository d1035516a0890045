#include "norma/core/number_text.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

namespace number_text_test {

using namespace norma;

TEST_CASE("a number's text is short, and differs from that of the next number") {
    CHECK(number_text(0.1) == "0.1");
    CHECK(number_text(-0.5) == "-0.5");
    CHECK(number_text(3) == "3");
    CHECK(number_text(1e-60) == "1e-60");
    CHECK(number_text(0) == "0");
    for (const double number : {1.0 / 3, 1e-300 / 3, -1e300 / 7, std::numeric_limits<double>::denorm_min(),
                                std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()}) {
        CHECK(std::strtod(number_text(number).c_str(), nullptr) == number);
    }
    CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("a float's text has a float's digits") {
    CHECK(number_text(0.1f) == "0.1");
    CHECK(number_text(1e20f) == "1e+20");
    CHECK(number_text(-std::numeric_limits<float>::infinity()) == "-inf");
    for (const float number : {1.0f / 3, std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()}) {
        CHECK(std::strtof(number_text(number).c_str(), nullptr) == number);
    }
}

}  // namespace number_text_test
