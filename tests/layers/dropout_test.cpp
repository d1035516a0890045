#include "norma/layers/dropout.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../support/numbers.hpp"
#include "../support/probe.hpp"

namespace dropout_test {

using namespace norma;

using Fifth = Dropout<std::ratio<1, 5>>;
static_assert(Layer<Fifth>);
static_assert(Fifth::name().view() == "Dropout<1/5>");
static_assert(Dropout<std::ratio<2, 8>>::name().view() == "Dropout<1/4>");
static_assert(Fifth::rate == kernels::DropoutRate{13107});
static_assert(Network<Shape<3, 8, 9>, Fifth>::parameter_count == 0);

TEST_CASE(
    "Dropout scales the units that it keeps, has the same mask for the gradient, and does nothing in evaluation") {
    using Small = Probe<float, 4, Shape<10, 8, 9>, Dropout<std::ratio<1, 2>>>;
    constexpr std::size_t size = 4 * 720;
    Small probe;
    const std::vector<float> x(size, 3.0f);
    const std::vector<float> dy(size, 5.0f);
    probe.set_images(x);
    probe.train(dy, {7, 1});
    int dropped = 0;
    int wrong = 0;
    for (std::size_t i = 0; i < size; ++i) {
        dropped += probe.y[i] == 0;
        wrong += probe.y[i] != 0 && probe.y[i] != 6;
        wrong += probe.dx[i] != (probe.y[i] == 0 ? 0.0f : 10.0f);
    }
    CHECK(wrong == 0);
    CHECK(std::abs(dropped - 1440) < 5 * std::sqrt(720.0));

    const std::vector<float> first = probe.y;
    probe.train(dy, {7, 1});
    CHECK(probe.y == first);
    probe.train(dy, {7, 2});
    CHECK(probe.y != first);
    probe.train(dy, {8, 1});
    CHECK(probe.y != first);
    // Samples have different masks.
    CHECK(!std::equal(first.begin(), first.begin() + 720, first.begin() + 720));
    probe.evaluate();
    CHECK(probe.y == x);
}

TEST_CASE("two dropouts of a network have different masks, and probability 0 drops nothing") {
    using Half = Dropout<std::ratio<1, 2>>;
    Probe<float, 1, Shape<10, 10, 10>, Half, Half> two;
    const std::vector<float> ones(1000, 1.0f);
    two.set_images(ones);
    two.train(ones);
    int kept = 0;
    for (const float v : two.y) kept += v == 4;
    CHECK(std::abs(kept - 250) < 5 * std::sqrt(1000 * 0.25 * 0.75));

    Probe<float, 1, Shape<10, 10, 10>, Dropout<std::ratio<0>>> none;
    none.set_images(ones);
    none.train(ones);
    CHECK(none.y == ones);
}

}  // namespace dropout_test
