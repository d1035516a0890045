#include "norma/ops/input.hpp"

#include <doctest/doctest.h>

#include <array>

#include "network_checks.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/channels.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/input.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "op_checks.hpp"

namespace input_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;

namespace {
/// An input that is a part of any vector, so that it hands on a gradient.
struct Part {
    static constexpr FixedString name() { return "Part"; }
    static constexpr void append(GraphBuilder& builder) {
        builder.append(ops::Input{builder.shape().size(), {2, 3, 1}, 3, 1});
    }
};
}  // namespace

TEST_CASE("an input is a part of a vector") {
    constexpr ops::Input op{10, {2, 3, 1}, 4, 1};
    CHECK(op.needs(std::array{Extent{10, 1, 1}}).empty());
    CHECK(op.needs(std::array{Extent{5, 2, 1}}).view() == "an op that reads that shape, not 10x1x1");
    CHECK(op.facts().output == Extent{2, 3, 1});
}

TEST_CASE("networks of several inputs, one of which a late layer reads, and one that is read twice") {
    conforms<Inputs<Shape<2, 4, 3>, Shape<3, 1, 1>>, Input<0>, Conv2d<2, 3, 1, 1>, BatchNorm, ReLU, GlobalAvgPool2d,
             Concat<Input<1>, Identity, Sequential<Input<1>, Linear<2>>>, BatchNorm, Linear<2>>();
}

TEST_CASE("a part of a vector hands its gradient on") {
    conforms<Shape<4, 1, 1>, Linear<10>, Concat<Sequential<Part, Conv2d<2, 1>, Flatten>, Identity>, Linear<2>>();
}

TEST_CASE("the op: an image that is a part of a vector") { check_op<ops::Input{10, {2, 3, 1}, 3, 1}>({{10, 1, 1}}); }

}  // namespace input_test
