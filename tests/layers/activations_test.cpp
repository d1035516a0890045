#include "norma/layers/activations.hpp"

#include <doctest/doctest.h>

#include <ratio>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/numbers.hpp"
#include "../support/probe.hpp"
#include "norma/norma.hpp"

namespace activations_test {

using namespace norma;

static_assert(kernels::ActivationPolicy<ReLU> && kernels::ActivationPolicy<GELU>);
static_assert(!NormPolicy<ReLU> && !Layer<ReLU>);

TEST_CASE_TEMPLATE("ReLU: the positive part, and no gradient at 0 or below", T, float, double) {
    Probe<T, 2, Shape<5, 3, 2>, ReLU> probe;
    const std::vector<T> x = whole_numbers<T>(60, 1, 2);
    const std::vector<T> dy = whole_numbers<T>(60, 2);
    std::vector<T> y = x;
    std::vector<T> dx = dy;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] <= 0) y[i] = dx[i] = 0;
    }
    probe.set_images(x);
    probe.train(dy);
    CHECK(probe.y == y);
    CHECK(probe.dx == dx);
}

namespace {
/// A policy of a user.
struct Cube {
    static constexpr FixedString name() { return "Cube"; }
    template <class P>
    static P value(const P& x) {
        return simd::multiply(x, simd::multiply(x, x));
    }
    template <class P>
    static P derivative(const P& x) {
        return simd::multiply(simd::set<P>(3), simd::multiply(x, x));
    }
};
/// After a convolution, a norm, a skip and a pool, and before each of them.
template <class A>
using Net =
    BasicNetwork<double, Shape<2, 5, 5>, Conv2d<3, 2>, GroupNorm<1>, A, Dropout<std::ratio<1, 5>>,
                 Residual<Conv2d<3, 1, 1, 0, Bias::yes>, A>, BatchNorm, Conv2d<3, 3>, A, AvgPool2d<2>, Linear<2>, A>;
}  // namespace

TEST_CASE_TEMPLATE("activations: each agrees with plain loops and finite differences, fused and alone", A, ReLU, ReLU6,
                   LeakyReLU<>, GELU, SiLU, Tanh, Softplus<>, Cube) {
    check_network<Net<A>>(3, 1);
}

TEST_CASE("activations: a cheap one is fused into a convolution, another one is not") {
    using Cheap = Network<Shape<1, 4, 4>, Conv2d<2, 3>, LeakyReLU<>>;
    using Smooth = Network<Shape<1, 4, 4>, Conv2d<2, 3>, GELU>;
    using Swish = Network<Shape<1, 4, 4>, Conv2d<2, 3>, HardSwish>;
    CHECK(Cheap::plan<training_mode>.nodes.size() == 1);
    CHECK(Smooth::plan<training_mode>.nodes.size() == 2);
    CHECK(Smooth::plan<evaluation_mode>.nodes.size() == 2);
    CHECK(Swish::plan<training_mode>.nodes.size() == 2);  // its derivative does not follow from its output
    CHECK(Swish::plan<evaluation_mode>.nodes.size() == 1);
}

}  // namespace activations_test
