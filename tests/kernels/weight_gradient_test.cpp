#include "norma/kernels/weight_gradient.hpp"

#include <doctest/doctest.h>

#include "convolution_checker.hpp"

namespace weight_gradient_test {

using namespace convolution_checker;

// Sixteen channels are one packet of AVX-512, eight one of AVX2, four one of SSE2 and NEON: the gradients of all taps
// in registers at once.
TEST_CASE("kernels that hold a row of taps in registers are those of plain loops, bit by bit") {
    check<float, geometry({16, 5, 18}, 16, 3)>();
    check<float, geometry({9, 4, 33}, 8, 3, 1, 1)>();
    check<float, geometry({11, 5, 6}, 4, 5, 1, 2)>();
    check<float, geometry({3, 3, 9}, 32, 2, 1, 1)>();
    check<float, geometry({4, 18, 33}, 8, 3, 1, 1)>();  // more than one strip
    check<float, geometry({4, 3, 5}, 8, 2, 1, 2)>();    // pixels that see nothing but padding
    check<float, geometry({5, 3, 4}, 4, 2, 1, 2)>();
}

TEST_CASE("input columns are read by the taps that the definition of a convolution says") {
    constexpr Convolution c = geometry({1, 5, 5}, 1, 3);
    const auto taps = [](const Convolution& of, int column) {
        const kernels::detail::Interval interval = kernels::detail::taps_of_column(of, column);
        return std::array{interval.begin, interval.end};
    };
    CHECK(taps(c, 0) == std::array{0, 1});
    CHECK(taps(c, 1) == std::array{0, 2});
    CHECK(taps(c, 2) == std::array{0, 3});
    CHECK(taps(c, 4) == std::array{2, 3});
    CHECK(taps(geometry({1, 5, 5}, 1, 3, 1, 1), 0) == std::array{0, 2});
}

TEST_CASE("what is summed at once fits the registers, and keeps the units busy or is all there is") {
    for (const int packets : {1, 2}) {
        for (const int channels : {1, 3, 5, 11, 16, 64}) {
            const Convolution c = geometry({channels, 9, 9}, 16, 3);
            const int inputs = kernels::detail::inputs_of_all_taps(c, packets);
            if (inputs == 0) continue;
            CHECK((inputs + 1) * 3 * packets + 1 <= simd::registers);
            const int pieces = (channels + inputs - 1) / inputs;
            CHECK((pieces == 1 || channels / pieces * 3 * packets >= kernels::detail::chains));
        }
    }
    CHECK(kernels::detail::inputs_of_all_taps(geometry({16, 9, 9}, 16, 3), 1) > 0);
    CHECK(kernels::detail::inputs_of_all_taps(geometry({16, 9, 9}, 16, 3, 2), 1) == 0);
    CHECK(kernels::detail::inputs_of_all_taps(geometry({16, 9, 9}, 16, 1), 1) == 0);
}

}  // namespace weight_gradient_test
