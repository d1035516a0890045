#include "norma/layers/named.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "norma/io/state_names.hpp"
#include "norma/norma.hpp"

namespace named_test {

using namespace norma;

namespace {
using Names = std::vector<std::string>;
}  // namespace

TEST_CASE("named: a layer has its name in files in place of its number, and computes the same") {
    using Plain = Network<Shape<2, 4, 4>, Conv2d<3, 3>, Sequential<BatchNorm, ReLU>, Linear<2>>;
    using With = Network<Shape<2, 4, 4>, Named<"conv1", Conv2d<3, 3>>,
                         Named<"rest", Sequential<Named<"bn", BatchNorm>, ReLU>>, Linear<2>>;
    CHECK(state_names<Plain>() == Names{"0", "1.0", "2"});
    CHECK(state_names<With>() == Names{"conv1", "rest.bn", "2"});
    CHECK(With::parameter_count == Plain::parameter_count);
    CHECK(state_names<Network<Shape<2, 4, 4>, Named<"layer1", Repeat<2, Conv2d<2, 1>>>>>() ==
          Names{"layer1.0", "layer1.1"});
}

}  // namespace named_test
