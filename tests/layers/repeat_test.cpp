#include "norma/layers/repeat.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "norma/network/state_names.hpp"
#include "norma/norma.hpp"

namespace repeat_test {

using namespace norma;

namespace {
using Five = Network<Shape<2, 4, 4>, Repeat<5, Residual<Block<2, 3, GroupNorm<1>, 1, 1>>>>;
using Names = std::vector<std::string>;
}  // namespace

TEST_CASE("repeat: as many layers of one kind, numbered from 0 in files") {
    CHECK(Five::parameter_count == 5 * (2 * 2 * 9 + 4));
    CHECK(Five::graph.nodes.size() == 5 * 4);
    CHECK(
        Five::plan<training_mode>.tasks.size() ==
        Network<Shape<2, 4, 4>, Repeat<3, Residual<Block<2, 3, GroupNorm<1>, 1, 1>>>>::plan<training_mode>.tasks.size());
    CHECK(state_names<Network<Shape<2, 4, 4>, Repeat<2, Block<2, 3, GroupNorm<1>, 1, 1>>>>() ==
          Names{"0.0.0", "0.0.1", "0.1.0", "0.1.1"});
    CHECK(Repeat<2, Conv2d<3, 1>>::name().view() == "Repeat<2, Conv2d<3, 1>>");
}

}  // namespace repeat_test
