#include "norma/kernels/pointwise.hpp"

#include <doctest/doctest.h>

namespace pointwise_test {

using namespace norma;
using namespace norma::kernels;

namespace {

constexpr Pointwise norm(Affine affine, bool has_bias = true) {
    return {.extent = {6, 3, 5}, .normalises = true, .groups = 2, .affine = affine, .has_bias = has_bias};
}
constexpr Pointwise per_pixel{.extent = {6, 3, 5}, .normalises = true, .per_pixel = true};

}  // namespace

TEST_CASE("pointwise: how many elements share moments, and how many numbers a weight and a bias have") {
    CHECK(norm(Affine::none).weight_count() == 0);
    CHECK(norm(Affine::per_channel).weight_count() == 6);
    CHECK(norm(Affine::per_element).weight_count() == 90);
    CHECK(norm(Affine::per_element).bias_count() == 90);
    CHECK(norm(Affine::per_element, false).weight_count() == 90);
    CHECK(norm(Affine::per_element, false).bias_count() == 0);
    CHECK(norm(Affine::none).domain_size() == 45);
    CHECK(norm(Affine::none).moment_count() == 6);
    CHECK(per_pixel.domain_size() == 6);
    CHECK(per_pixel.moment_count() == 15);
}

TEST_CASE("pointwise: a small constant as a number") {
    static_assert(Fraction{1, 4}.as<double>() == 0.25);
    CHECK(Fraction{1, 100000}.as<float>() == 1e-5f);
}

}  // namespace pointwise_test
