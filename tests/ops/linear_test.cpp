#include "norma/ops/linear.hpp"

#include <doctest/doctest.h>

#include <array>

#include "op_checks.hpp"

namespace linear_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("linear layers of a vector and of an image") {
    constexpr ops::Linear vector{{19, 1, 1}, 5, true};
    check_op<vector.convolution()>({{19, 1, 1}});
    constexpr ops::Linear image{{3, 2, 3}, 17};
    check_op<image.convolution()>({{18, 1, 1}});
    CHECK(image.needs(std::array{Extent{3, 2, 3}}).empty());
    static_assert(image.facts().output == Extent{17, 1, 1} && image.facts().weight_count == 17 * 18);
    static_assert(vector.facts().bias_count == 5 && image.facts().bias_count == 0 && image.facts().fan_in == 18);
}

TEST_CASE("a linear layer refuses another shape, and too many weights") {
    refuses(ops::Linear{{3, 2, 3}, 4}, {{18, 1, 1}}, "an op that reads that shape, not 3x2x3");
    refuses(ops::Linear{{1 << 16, 1, 1}, 1 << 15}, {{1 << 16, 1, 1}},
            "at most 1073741824 weights, not 32768x65536x1x1");
}

}  // namespace linear_test
