#include "norma/layers/parallel.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/pool.hpp"
#include "problem_of.hpp"

namespace parallel_test {

using namespace norma;
using layer_support::problem_of;

static_assert(Layer<Identity> && Layer<Concat<Identity, ReLU>> && Layer<Sum<Identity, ReLU>>);
static_assert(Concat<Identity, Conv2d<4, 1>>::name().view() == "Concat<Identity, Conv2d<4, 1>>");
static_assert(Sum<Identity, ReLU>::name().view() == "Sum<Identity, ReLU>");
static_assert(Network<Shape<4, 3, 2>, Concat<Identity, Conv2d<5, 1>, ReLU>>::output_extent == Extent{13, 3, 2});
static_assert(Network<Shape<4, 3, 2>, Identity, Conv2d<5, 1>>::graph.nodes.size() == 1);
// Six branches are two nodes: one takes four values at most.
static_assert(Network<Shape<1, 3, 2>, Concat<ReLU, ReLU, ReLU, ReLU, ReLU, Identity>>::graph.nodes.size() == 7);

TEST_CASE_TEMPLATE("a concatenation is PyTorch's torch.cat", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 7, 10>, Concat<Identity, AvgPool2d<3, 1, 1>, MaxPool2d<3, 1, 1>>>("concat");
}

TEST_CASE("a sum adds the outputs of its branches, and their gradients") {
    Probe<float, 1, Shape<1, 2, 2>, Sum<Identity, ReLU, Sequential<ReLU, ReLU>, Identity>> probe;
    probe.set_images(std::vector<float>{1, -2, 3, -4});
    probe.train(std::vector<float>{1, 2, 3, 4});
    CHECK(probe.y == std::vector<float>{4, -4, 12, -8});
    CHECK(probe.dx == std::vector<float>{4, 4, 12, 8});
}

TEST_CASE("branches that do not fit are refused") {
    CHECK(problem_of<Concat<Identity, Conv2d<9, 3, 1, 1>>>().empty());
    CHECK(problem_of<Concat<Identity, ReLU, Conv2d<4, 3>>>().view() ==
          "norma: layer 3, Concat<Identity, ReLU, Conv2d<4, 3>>, gets 4x6x5 but needs branches that end in one height "
          "and width, not in 4x6x5 and 4x4x3");
    CHECK(problem_of<Sum<Identity, Conv2d<5, 1>>>().view() ==
          "norma: layer 3, Sum<Identity, Conv2d<5, 1>>, gets 4x6x5 but needs branches that end in one shape, not in "
          "4x6x5 and 5x6x5");
    CHECK(problem_of<Concat<Identity, Conv2d<4, 9>>>().view() ==
          "norma: layer 3, Concat<Identity, Conv2d<4, 9>> (its Conv2d<4, 9>), gets 4x6x5 but needs a height and a "
          "width of at least 9");
}

}  // namespace parallel_test
