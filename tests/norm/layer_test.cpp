#include "norma/norm/layer.hpp"

#include <doctest/doctest.h>

#include "far_from_zero.hpp"
#include "golden_norm.hpp"

namespace layer_test {

using namespace norma;

static_assert(NormPolicy<LayerNorm>);
static_assert(!LayerNorm::over_batch);
static_assert(LayerNorm::groups(16) == 1);
static_assert(LayerNorm::affine == Affine::per_element);

TEST_CASE("LayerNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<LayerNorm>("layer");
}

TEST_CASE_TEMPLATE("LayerNorm of equal numbers is the bias", T, float, double) {
    far_from_zero::check_constant<LayerNorm, T, Shape<16, 8, 8>>();
    far_from_zero::check_constant<LayerNorm, T, Shape<7, 3, 3>>();
}

TEST_CASE("LayerNorm of 100 + noise is as exact as its mean can be in float") {
    far_from_zero::check_noise<LayerNorm, Shape<48, 7, 7>, 1>();
}

}  // namespace layer_test
