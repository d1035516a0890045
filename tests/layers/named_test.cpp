#include "norma/layers/named.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "norma/network/state_names.hpp"
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

TEST_CASE("named: with the empty name, parts are named as parts of the layer around it") {
    using Net = Network<Shape<2, 4, 4>, Named<"", Sequential<Named<"bn", BatchNorm>, ReLU>>,
                        Named<"block", Sequential<ReLU, Named<"", Repeat<2, Conv2d<2, 1>>>>>>;
    CHECK(state_names<Net>() == Names{"bn", "block.0", "block.1"});
}

namespace {
/// A layer of a user's own, made of others.
struct OwnBlock {
    using Parts = ProjectedResidual<Named<"downsample", Sequential<Conv2d<3, 1>>>, Named<"conv1", Conv2d<3, 1>>>;
    static constexpr FixedString name() { return "OwnBlock"; }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};
}  // namespace

TEST_CASE("named: a layer of one's own has the names of its Parts, and a named shortcut is beside the branch") {
    CHECK(state_names<Network<Shape<2, 4, 4>, OwnBlock>>() == Names{"0.downsample.0", "0.conv1"});
}

}  // namespace named_test
