#include "norma/kernels/elementwise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"
#include "norma/testing/dropout_bits.hpp"

namespace elementwise_test {

using namespace norma;
using namespace norma::kernels;

namespace {
constexpr int units = 1 << 16;
using Keep = std::vector<std::uint8_t>;

template <int Size>
Keep drawn(DropoutRate rate, const RandomName& name) {
    Keep keep((Size + dropout_block - 1) / dropout_block * dropout_block, 77);
    draw_dropout_mask<Size>(rate, name, keep.data());
    return keep;
}
constexpr RandomName name{7, Purpose::dropout, 1, 2, 3};
}  // namespace

TEST_CASE_TEMPLATE("add_to adds", T, float, double) {
    const std::vector<T> x = whole_numbers<T>(37, 1);
    const std::vector<T> old = whole_numbers<T>(37, 2);
    Guarded<T> y(old);
    add_to<T, 37>(x.data(), y.data());
    std::vector<T> sum = old;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
    CHECK(y.differences(sum) == 0);
}

TEST_CASE("a dropout rate is the nearest of 65,536ths, and what is kept is divided by its probability") {
    static_assert(DropoutRate::nearest(0, 1) == DropoutRate{0});
    static_assert(DropoutRate::nearest(1, 2) == DropoutRate{32768});
    static_assert(DropoutRate::nearest(1, 5) == DropoutRate{13107});  // 13107.2
    static_assert(DropoutRate::nearest(2, 3) == DropoutRate{43691});  // 43690.7
    static_assert(DropoutRate::nearest(65535, 65536) == DropoutRate{65535});
    CHECK(DropoutRate{0}.scale<float>() == 1.0f);
    CHECK(DropoutRate{32768}.scale<float>() == 2.0f);
    CHECK(DropoutRate{65535}.scale<double>() == 65536.0);
}

TEST_CASE("units are dropped as often as the rate says") {
    for (const std::uint32_t threshold : {1u, 655u, 13107u, 32768u, 58982u, 65535u}) {
        const double p = threshold / 65536.0;
        const double deviation = std::sqrt(p * (1 - p) * units);
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            const Keep keep = drawn<units>({threshold}, {seed, Purpose::dropout, 5, 6, 7});
            int dropped = 0;
            int other = 0;
            for (const std::uint8_t k : keep) {
                dropped += k == 0;
                other += k > 1;
            }
            CAPTURE(threshold);
            CHECK(other == 0);
            CHECK(std::abs(dropped - p * units) < 5 * deviation + 1);
        }
    }
}

TEST_CASE("neighbouring units, and the two halves of a random word, are independent") {
    const Keep keep = drawn<units>({32768}, name);
    for (const std::size_t distance : {1u, 16u, 32u, 64u, 128u}) {
        int equal = 0;
        for (std::size_t i = distance; i < keep.size(); ++i) equal += keep[i] == keep[i - distance];
        const double n = static_cast<double>(keep.size() - distance);
        CAPTURE(distance);
        CHECK(std::abs(equal - n / 2) < 5 * std::sqrt(n / 4));
    }
}

TEST_CASE("a rate of 0 keeps all units") {
    for (const std::uint8_t k : drawn<units>({0}, name)) REQUIRE(k == 1);
}

TEST_CASE("equal names give equal masks, other names other masks; a longer layer begins like a shorter one") {
    const Keep keep = drawn<1000>({13107}, name);
    CHECK(keep == drawn<1000>({13107}, name));
    RandomName other = name;
    for (const int part : {0, 1, 2, 3}) {
        other = name;
        if (part == 0) other.seed += 1;
        if (part == 1) other.a += 1;
        if (part == 2) other.b += 1;
        if (part == 3) other.c += 1;
        CAPTURE(part);
        CHECK(keep != drawn<1000>({13107}, other));
    }
    const Keep longer = drawn<3000>({13107}, name);
    CHECK(std::equal(keep.begin(), keep.begin() + 1000, longer.begin()));
}

TEST_CASE("choices are the bits of the generator, block by block") {
    const Keep keep = drawn<300>({20000}, name);
    CHECK(keep.size() == 384);
    for (std::size_t i = 0; i < keep.size(); ++i) REQUIRE(keep[i] == (conformance::dropout_bits(name, i) >= 20000u));
}

TEST_CASE_TEMPLATE("drop_units scales what is kept and clears the rest", T, float, double) {
    const std::vector<T> x = whole_numbers<T>(100, 3);
    const Keep keep = drawn<100>({32768}, name);
    std::vector<T> expected = x;
    for (std::size_t i = 0; i < x.size(); ++i) expected[i] = keep[i] == 1 ? 2 * x[i] : 0;
    Guarded<T> y(x);
    drop_units<T>({32768}, keep.data(), 100, y.data());
    CHECK(y.differences(expected) == 0);
}

}  // namespace elementwise_test
