#include "norma/layers/residual.hpp"

#include <doctest/doctest.h>

#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/norm/none.hpp"
#include "problem_of.hpp"

#include "../support/numbers.hpp"
#include "../support/probe.hpp"

namespace residual_test {

using namespace norma;
using layer_support::problem_of;

static_assert(Layer<Residual<ReLU>>);
static_assert(Residual<Conv2d<4, 1>, ReLU>::name().view() == "Residual<Conv2d<4, 1>, ReLU>");
static_assert(Network<Shape<4, 3, 3>, Residual<Conv2d<4, 1>>>::output_extent == Extent{4, 3, 3});

TEST_CASE("a residual adds its input to the output of its branch, and the gradients too") {
    Probe<float, 2, Shape<5, 3, 2>, Residual<ReLU>> probe;
    const std::vector<float> x = whole_numbers<float>(60, 1, 2);
    const std::vector<float> dy = whole_numbers<float>(60, 2);
    std::vector<float> y = x;
    std::vector<float> dx = dy;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] > 0) {
            y[i] *= 2;
            dx[i] *= 2;
        }
    }
    probe.set_images(x);
    probe.train(dy);
    CHECK(probe.y == y);
    CHECK(probe.dx == dx);
}

TEST_CASE("residuals within residuals") {
    // x + (x + x) · 2 with an inner residual of a convolution that is the identity, and an outer one that doubles.
    Probe<float, 1, Shape<1, 2, 2>, Residual<Residual<Conv2d<1, 1>>, Conv2d<1, 1>>> probe;
    probe.weight(1)[0] = 1;
    probe.weight(3)[0] = 2;
    const std::vector<float> x{1, -2, 3, 0};
    probe.set_images(x);
    probe.train(std::vector<float>{1, 1, 1, 1});
    CHECK(probe.y == std::vector<float>{5, -10, 15, 0});
    CHECK(probe.dx == std::vector<float>{5, 5, 5, 5});
}

TEST_CASE("a projected residual adds the outputs of shortcut and branch, and both gradients") {
    // 2x + 3x, each by a convolution of its own; both halves of the gradient meet at the input.
    Probe<float, 1, Shape<1, 2, 2>, ReLU, ProjectedResidual<Conv2d<1, 1>, Conv2d<1, 1>>, ReLU> probe;
    probe.weight(2)[0] = 2;
    probe.weight(3)[0] = 3;
    probe.set_images(std::vector<float>{1, -2, 3, 0});
    probe.train(std::vector<float>{1, 1, 2, 1});
    CHECK(probe.y == std::vector<float>{5, 0, 15, 0});
    CHECK(probe.dx == std::vector<float>{5, 0, 10, 0});
}

TEST_CASE("a projected residual may change the shape, if branch and shortcut change it in the same way") {
    using Halving = ProjectedResidual<Sequential<Conv2d<8, 1, 2>, NoNorm>, Conv2d<8, 3, 2, 1>>;
    static_assert(Network<Shape<4, 6, 5>, Halving>::output_extent == Extent{8, 3, 3});
    CHECK(problem_of<Halving>().empty());
    CHECK(
        problem_of<ProjectedResidual<Conv2d<8, 1>, Conv2d<8, 3>>>().view() ==
        "norma: layer 3, ProjectedResidual<Conv2d<8, 1>, Conv2d<8, 3>>, gets 4x6x5 but needs a branch that ends in its "
        "shortcut's shape, 8x6x5, not in 8x4x3");
    CHECK(
        problem_of<ProjectedResidual<NoNorm, Conv2d<4, 1>>>().view() ==
        "norma: layer 3, ProjectedResidual<NoNorm, Conv2d<4, 1>>, gets 4x6x5 but needs a shortcut and a branch that do "
        "something");
}

TEST_CASE("a branch must not be empty, and must keep the shape") {
    CHECK(problem_of<Residual<Conv2d<4, 3, 1, 1>>>().empty());
    CHECK(problem_of<Residual<NoNorm>>().view() ==
          "norma: layer 3, Residual<NoNorm>, gets 4x6x5 but needs a branch that does something");
    CHECK(
        problem_of<Residual<Conv2d<4, 3>>>().view() ==
        "norma: layer 3, Residual<Conv2d<4, 3>>, gets 4x6x5 but needs a branch that ends in that shape, not in 4x4x3");
}

}  // namespace residual_test
