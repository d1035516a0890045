#include "norma/layers/input.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "../support/golden_graph.hpp"
#include "norma/io/type_signature.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/identity.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/network/predict.hpp"
#include "norma/network/summary.hpp"
#include "norma/norm/batch.hpp"

namespace input_test {

using namespace norma;

namespace {
using ImageAndTable = Inputs<Shape<3, 6, 5>, Shape<7, 1, 1>>;

/// The network of golden/graphs/two_inputs. `Identity` is where the names there count one layer more.
template <class T>
using TwoInputs = BasicNetwork<T, ImageAndTable,
                               Concat<Sequential<Input<0>, Identity, Conv2d<4, 3, 1, 1>, BatchNorm, ReLU, MaxPool2d<2>,
                                                 Conv2d<5, 2, 1, 0, Bias::yes>, GlobalAvgPool2d>,
                                      Sequential<Input<1>, Linear<6>, ReLU>>,
                               Linear<3>>;

template <class... Layers>
std::string problem_of() {
    return std::string(build<Layers...>(ImageAndTable::extent, ImageAndTable::extents).problem().view());
}
}  // namespace

static_assert(Layer<Input<0>> && Input<3>::name().view() == "Input<3>");
static_assert(TwoInputs<float>::input_extent == Extent{97, 1, 1});
static_assert(Network<ImageAndTable, Input<0>>::output_extent == Extent{3, 6, 5});
static_assert(Network<ImageAndTable, Input<0>, Conv2d<2, 1>, Input<1>>::output_extent == Extent{7, 1, 1});

TEST_CASE_TEMPLATE("an image and a table as two inputs are PyTorch's network", T, float, double) {
    golden_graph::check<TwoInputs<T>>("two_inputs", 4, sizeof(T) == 4 ? 1e-4 : 1e-10);
}

TEST_CASE("each input is its part of the sample") {
    using Three = Inputs<Shape<2, 2, 1>, Shape<1, 3, 1>, Shape<2, 1, 1>>;
    std::vector<float> sample(9);
    std::iota(sample.begin(), sample.end(), 1.0f);
    CHECK(predict(Network<Three, Input<1>>(1), sample) == std::array{5.0f, 6.0f, 7.0f});
    CHECK(predict(Network<Three, Input<2>>(1), sample) == std::array{8.0f, 9.0f});
    CHECK(predict(Network<Three, Concat<Sequential<Input<0>, GlobalAvgPool2d>, Input<2>>>(1), sample) ==
          std::array{2.0f, 3.0f, 8.0f, 9.0f});
}

TEST_CASE("the one input of a network is the sample, and no node") {
    using Net = Network<Shape<2, 3, 1>, Sum<Input<0>, Input<0>>>;
    static_assert(Net::graph.nodes.size() == 1 && Net::output_extent == Extent{2, 3, 1});
}

TEST_CASE("what does not begin at an input of the network is refused") {
    CHECK(problem_of<Conv2d<4, 3>>() ==
          "norma: layer 1, Conv2d<4, 3>, gets 97x1x1 but needs Input<number> before it, because the network has 2 "
          "inputs");
    CHECK(problem_of<Concat<Identity, Sequential<Input<1>>>>() ==
          "norma: layer 1, Concat<Identity, Sequential<Input<1>>>, gets 97x1x1 but needs Input<number> before it, "
          "because the network has 2 inputs");
    CHECK(problem_of<Input<0>, ReLU, Sequential<Input<2>>>() ==
          "norma: layer 3, Sequential<Input<2>> (its Input<2>), gets 97x1x1 but needs a network of at least 3 inputs");
    CHECK(problem_of<Input<0>, ReLU, Sequential<Input<1>>>().empty());
    CHECK(std::string(build<Input<1>>({3, 6, 5}).problem().view()) ==
          "norma: layer 1, Input<1>, gets 3x6x5 but needs a network of at least 2 inputs");
}

TEST_CASE("signature and summary have the inputs") {
    using Net = Network<ImageAndTable, Input<0>, Conv2d<2, 1>, GlobalAvgPool2d, Concat<Identity, Input<1>>>;
    CHECK(type_signature<Net>().starts_with("F32 97x1x1 -> input 0 from 0 3x6x5 -> conv 1x1 2x6x5 -> "));
    CHECK(type_signature<Net>().find(" -> input 1 from 90 of 0 7x1x1 -> concat of 3 4 9x1x1") != std::string::npos);
    CHECK(layer_summaries<Net>()[0].output == Extent{3, 6, 5});
}

}  // namespace input_test
