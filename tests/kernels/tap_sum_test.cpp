#include "norma/kernels/tap_sum.hpp"

#include <doctest/doctest.h>

#include "norma/kernels/depthwise.hpp"

namespace tap_sum_test {

using namespace norma;
using namespace norma::kernels;
using kernels::detail::Axis;

TEST_CASE("a tap and its transpose are of the same pairs of positions") {
    constexpr Axis forward{9, 4, 3, 2, 1, false, 2};
    constexpr Axis backward{4, 9, 3, 2, 1, true, 2};
    int pairs = 0;
    for (int output = 0; output < 4; ++output) {
        for (int input = 0; input < 9; ++input) {
            for (int tap = 0; tap < 3; ++tap) {
                const bool is_read = input == output * 2 - 1 + tap * 2;
                CHECK((forward.read(output, tap) == input) == is_read);
                CHECK((backward.read(input, tap) == output) == is_read);
                pairs += is_read ? 1 : 0;
            }
        }
    }
    CHECK(pairs == 10);
    CHECK(forward.reach() == 4);
}

TEST_CASE("positions of a tap are those where it is inside") {
    constexpr Axis axis{5, 5, 3, 1, 1, false};
    const auto is = [&](int tap, int begin, int end) {
        const kernels::detail::Interval positions = kernels::detail::positions_of_tap(axis, tap);
        return positions.begin == begin && positions.end == end;
    };
    CHECK((is(0, 1, 5) && is(1, 0, 5) && is(2, 0, 4)));
}

TEST_CASE("a sum over taps has the sizes of its windows, in both directions") {
    constexpr Depthwise c{
        .input = {3, 9, 8}, .output = {3, 4, 8}, .kernel = {3, 1}, .stride = {2, 1}, .padding = {0, 0}};
    constexpr kernels::detail::TapSum forward = kernels::detail::sum_over(c, false);
    static_assert(forward.source == c.input && forward.target == c.output && forward.step() == 1);
    static_assert(forward.y.source == 9 && forward.y.target == 4 && forward.y.stride == 2 && forward.x.kernel == 1);
    constexpr kernels::detail::TapSum backward = kernels::detail::sum_over(c, true);
    static_assert(backward.source == c.output && backward.target == c.input && backward.x.transposed);
    static_assert(backward.y.source == 4 && backward.y.target == 9 && backward.step() == 1);
}

}  // namespace tap_sum_test
