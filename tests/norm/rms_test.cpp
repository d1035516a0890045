#include "norma/norm/rms.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/numbers.hpp"
#include "golden_norm.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/linear.hpp"

namespace rms_test {

using namespace norma;

static_assert(NormPolicy<RMSNorm>);
static_assert(!RMSNorm::over_batch && !RMSNorm::subtracts_mean);
static_assert(RMSNorm::groups(16) == 1);
static_assert(RMSNorm::affine == Affine::per_element && !RMSNorm::has_bias);
static_assert(RMSNorm::epsilon.as<float>() == std::numeric_limits<float>::epsilon());
static_assert(Network<Shape<5, 3, 2>, RMSNorm>::parameter_count == 5 * 3 * 2);

TEST_CASE("RMSNorm alone is PyTorch's, near zero and far from it") { golden_norm::check_everywhere<RMSNorm>("rms"); }

TEST_CASE("RMSNorm in a network: plain loops over five channels, gradients by differences") {
    check_network<BasicNetwork<double, Shape<5, 3, 3>, RMSNorm, ReLU, Linear<2>>>(3, 1);
}

// The mean is not subtracted, so one value keeps its sign. Norms that subtract the mean are refused for one value.
TEST_CASE("RMSNorm of one value") {
    Probe<double, 3, Shape<1, 1, 1>, RMSNorm> probe;
    probe.set_images(std::vector<double>{2, -0.5, 0});
    probe.train(std::vector<double>(3, 1.0));
    const double epsilon = std::ldexp(1.0, -23);
    CHECK(error_of(probe.y, std::vector<double>{2 / std::sqrt(4 + epsilon), -0.5 / std::sqrt(0.25 + epsilon), 0}) <
          1e-15);
}

}  // namespace rms_test
