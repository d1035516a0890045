#include "norma/network/stored_reads.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "norma/norma.hpp"

namespace stored_reads_test {

using namespace norma;
using kernels::Stretch;

namespace {

// Two barriers, so segments 0: convolution; 1: norm, convolution; 2: norm with skip, linear.
using Net = Network<Shape<3, 8, 8>, Block<4, 3, BatchNorm>, Residual<Block<4, 3, BatchNorm, 1, 1>>, Linear<2>>;
constexpr const auto& plan = Net::plan<training_mode>;
constexpr PlannedStage first_norm = plan.stages[1];
constexpr PlannedStage second_norm = plan.stages[3];
static_assert(first_norm.begins_segment && second_norm.begins_segment);

constexpr Stretch first_input{first_norm.input.offset, 4 * 6 * 6};
constexpr Stretch second_input{second_norm.input.offset, 4 * 6 * 6};
constexpr Stretch first_gradient{first_norm.output_gradient.offset, 4 * 6 * 6};
constexpr Stretch second_gradient{second_norm.output_gradient.offset, 4 * 6 * 6};

List<Stretch> reads(int pass) { return detail::list_stored_reads(plan, pass); }

}  // namespace

TEST_CASE(
    "stored reads: each pass reads its norm's input, backward also the input and gradient of the norm behind it") {
    CHECK(reads(0).empty());
    CHECK(reads(1) == List<Stretch>{first_input});
    // The skip is made again from what the first norm read.
    REQUIRE(second_norm.skip_maker == 1);
    CHECK(reads(2) == List<Stretch>{second_input, first_input});
    CHECK(reads(3) == List<Stretch>{first_input, second_input, second_gradient});
    CHECK(reads(4) == List<Stretch>{first_input, first_gradient});
}

TEST_CASE("stored reads: what a convolution of few products makes is not read, for it is made again") {
    using Few = Network<Shape<3, 8, 8>, Block<4, 3, BatchNorm>, Residual<Block<4, 1, BatchNorm>>, Linear<2>>;
    constexpr const auto& few = Few::plan<training_mode>;
    const Stretch input{few.stages[1].input.offset, 4 * 6 * 6};
    const Stretch gradient{few.stages[3].output_gradient.offset, 4 * 6 * 6};
    CHECK(detail::list_stored_reads(few, 2) == List<Stretch>{input});
    CHECK(detail::list_stored_reads(few, 3) == List<Stretch>{input, gradient});
}

TEST_CASE("stored reads: what a convolution made for another of its own segment is read in the backward pass alone") {
    using Two = Network<Shape<3, 8, 8>, Conv2d<4, 3>, Conv2d<4, 3>, BatchNorm, Linear<2>>;
    constexpr const auto& two = Two::plan<training_mode>;
    REQUIRE(two.stages[1].input.stored);
    CHECK(detail::list_stored_reads(two, 0).empty());
    const List<Stretch> backward = detail::list_stored_reads(two, 2);
    CHECK(backward == List<Stretch>{Stretch{two.stages[1].input.offset, 4 * 6 * 6},
                                    Stretch{two.stages[2].input.offset, 4 * 4 * 4},
                                    Stretch{two.stages[2].output_gradient.offset, 4 * 4 * 4}});
}

TEST_CASE("stored reads: none where no norm couples samples, nor where running statistics are used") {
    using Group = Network<Shape<3, 8, 8>, Block<4, 3, GroupNorm<2>>, Linear<2>>;
    CHECK(detail::list_stored_reads(Group::plan<training_mode>, 0).empty());
    CHECK(detail::stored_reads<Net::plan<evaluation_mode>, 0>.empty());
    CHECK(detail::stored_reads<plan, 2>.size() == 2);
}

TEST_CASE("stored reads: the busiest convolution of a segment") {
    using Wide = Network<Shape<3, 8, 8>, Conv2d<4, 1>, Conv2d<8, 3>, Conv2d<4, 1>, BatchNorm, ReLU, Linear<2>>;
    CHECK(detail::busiest_convolution(Wide::plan<training_mode>, 0) == 1);
    CHECK(detail::busiest_convolution(Wide::plan<training_mode>, 1) == 4);  // a linear layer is one too
    using Bare = Network<Shape<3, 8, 8>, BatchNorm, ReLU>;
    CHECK(detail::busiest_convolution(Bare::plan<training_mode>, 0) == -1);
}

}  // namespace stored_reads_test
