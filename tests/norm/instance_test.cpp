#include "norma/norm/instance.hpp"

#include <doctest/doctest.h>

#include "../support/gradient_check.hpp"
#include "far_from_zero.hpp"
#include "golden_norm.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/linear.hpp"

namespace instance_test {

using namespace norma;

static_assert(NormPolicy<InstanceNorm>);
static_assert(!InstanceNorm::over_batch);
static_assert(InstanceNorm::groups(16) == 16);
static_assert(InstanceNorm::affine == Affine::per_channel && InstanceNorm::has_bias);

TEST_CASE("InstanceNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<InstanceNorm>("instance");
}

TEST_CASE("InstanceNorm in a network: plain loops over five channels, gradients by differences") {
    check_network<BasicNetwork<double, Shape<5, 3, 3>, InstanceNorm, ReLU, Linear<2>>>(3, 1);
}

TEST_CASE_TEMPLATE("InstanceNorm of equal numbers is the bias", T, float, double) {
    far_from_zero::check_constant<InstanceNorm, T, Shape<3, 7, 7>>();
    far_from_zero::check_constant<InstanceNorm, T, Shape<17, 5, 6>>();
}

}  // namespace instance_test
