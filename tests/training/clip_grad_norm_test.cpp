#include "norma/training/clip_grad_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "../support/golden.hpp"
#include "../support/gradient_check.hpp"
#include "../support/initial_values.hpp"
#include "../support/message.hpp"

namespace clip_grad_norm_test {

using namespace norma;

TEST_CASE_TEMPLATE("clip_grad_norm: as PyTorch clips", T, float, double) {
    const double bound = std::is_same_v<T, float> ? 1e-6 : 1e-14;
    const golden::File file("training/clipping");
    const std::vector<float> numbers = initial::tensor("training/gradient0", 7);
    const std::vector<T> gradient(numbers.begin(), numbers.end());
    std::vector<T> clipped = gradient;
    CHECK(std::abs(clip_grad_norm<T>(clipped, 0.75) / file.scalar("clipped.norm") - 1) < bound);
    CHECK(golden::relative_error(clipped, file.tensor("clipped").values) < bound);
    std::vector<T> small = gradient;
    CHECK(std::abs(clip_grad_norm<T>(small, 10) / file.scalar("small.norm") - 1) < bound);
    CHECK(same_bits<T>(small, gradient));
}

TEST_CASE("clip_grad_norm: an impossible largest norm is refused") {
    std::vector<float> gradient{3, 4};
    for (const double none : {-1.0, std::numeric_limits<double>::quiet_NaN()}) {
        CHECK(mentions(message_of<OptionError>([&] { clip_grad_norm<float>(gradient, none); }), "is not 0 or above"));
    }
    CHECK(gradient[0] == 3);
    CHECK(gradient[1] == 4);
}

TEST_CASE("clip_grad_norm: numbers whose squares overflow a float") {
    std::vector<float> large{3e30f, 4e30f};
    CHECK(clip_grad_norm<float>(large, 1) == doctest::Approx(5e30));
    CHECK(large[0] == doctest::Approx(0.6));
    CHECK(large[1] == doctest::Approx(0.8));
    std::vector<float> largest(100, std::numeric_limits<float>::max());
    CHECK(clip_grad_norm<float>(largest, 1) / 10 == doctest::Approx(std::numeric_limits<float>::max()));
    CHECK(largest[99] == doctest::Approx(0.1).epsilon(1e-6));
    std::vector<float> zero(5);
    CHECK(clip_grad_norm<float>(zero, 1) == 0);
    CHECK(zero[4] == 0);
}

TEST_CASE("clip_grad_norm: numbers whose squares overflow a double") {
    std::vector<double> large{3e200, -4e200};
    CHECK(clip_grad_norm<double>(large, 2) / 1e200 == doctest::Approx(5).epsilon(1e-14));
    CHECK(large[0] == doctest::Approx(1.2).epsilon(1e-14));
    CHECK(large[1] == doctest::Approx(-1.6).epsilon(1e-14));
    std::vector<double> one{0, 1e200, 0};
    clip_grad_norm<double>(one, 1e-3);
    CHECK(one[1] == doctest::Approx(1e-3).epsilon(1e-14));
    // The norm itself overflows a double.
    std::vector<double> largest(400, std::numeric_limits<double>::max());
    CHECK(std::isinf(clip_grad_norm<double>(largest, 1)));
    CHECK(largest[399] == doctest::Approx(0.05).epsilon(1e-14));
    std::vector<double> small{3e-200, 4e-200};
    CHECK(clip_grad_norm<double>(small, 1) / 1e-200 == doctest::Approx(5).epsilon(1e-14));
    CHECK(small[1] == 4e-200);
}

TEST_CASE_TEMPLATE("clip_grad_norm: the norm of arrays of any length is that of a plain loop", T, float, double) {
    for (std::size_t size = 0; size < 70; ++size) {
        std::vector<T> gradient(size);
        long double squares = 0;
        for (std::size_t i = 0; i < size; ++i) {
            gradient[i] = static_cast<T>(i + 1);
            squares += static_cast<long double>((i + 1) * (i + 1));
        }
        CHECK(clip_grad_norm<T>(gradient, 1e9) == doctest::Approx(double(std::sqrt(squares))).epsilon(1e-14));
    }
}

TEST_CASE("clip_grad_norm: a norm that is not finite is returned, and the gradient is not changed") {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        std::vector<float> gradient{1, bad, 2};
        CHECK_FALSE(std::isfinite(clip_grad_norm<float>(gradient, 1)));
        CHECK(gradient[0] == 1);
        CHECK(gradient[2] == 2);
    }
}

}  // namespace clip_grad_norm_test
