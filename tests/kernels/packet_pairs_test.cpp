#include "norma/kernels/packet_pairs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <norma/core/random.hpp>

namespace packet_pairs_test {

using namespace norma;

namespace {

/// The bfloat16 nearest to `x`, of two the one whose last bit is 0, worked out by distances.
std::uint16_t nearest(float x) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t below = bits & 0xffff0000u;
    const std::uint32_t above = below + 0x10000u;  // away from 0
    const double to_below = std::fabs(double(x) - double(std::bit_cast<float>(below)));
    const double half =
        std::fabs(double(std::bit_cast<float>(below & 0x7f800000u ? (below & 0x7f800000u) : 0x00800000u))) / 256;
    const bool even = ((below >> 16) & 1) == 0;
    return std::uint16_t((to_below < half || (to_below <= half && even) ? below : above) >> 16);
}

template <int Lanes>
std::array<std::uint32_t, Lanes> pairs(const std::array<float, Lanes>& first, const std::array<float, Lanes>& second) {
    using P = simd::Packet<float, Lanes>;
    std::array<float, Lanes> out{};
    simd::store(out.data(), simd::pairs_of(simd::load<P>(first.data()), simd::load<P>(second.data())));
    return std::bit_cast<std::array<std::uint32_t, Lanes>>(out);
}

template <int Lanes>
void check_rounding(const std::vector<float>& numbers) {
    int wrong = 0;
    for (std::size_t i = 0; i + 2 * Lanes <= numbers.size(); i += 2 * Lanes) {
        std::array<float, Lanes> first{}, second{};
        std::copy_n(numbers.begin() + long(i), Lanes, first.begin());
        std::copy_n(numbers.begin() + long(i) + Lanes, Lanes, second.begin());
        const auto found = pairs<Lanes>(first, second);
        for (std::size_t k = 0; k < std::size_t(Lanes); ++k) {
            wrong += (found[k] & 0xffff) != nearest(first[k]) ? 1 : 0;
            wrong += found[k] >> 16 != nearest(second[k]) ? 1 : 0;
        }
    }
    CHECK(wrong == 0);
}

std::vector<float> all_kinds() {
    std::vector<float> numbers{0.0f,
                               1.0f,
                               -1.0f,
                               1.0f + 1.0f / 256,
                               1.0f + 3.0f / 256,
                               -1.0f - 1.0f / 256,
                               3.0e38f,
                               1.0f + 1.0f / 256 + 1.0f / (1 << 20),
                               1.2e-38f,
                               -65280.0f};
    RandomSequence random({1, Purpose::synthetic, 0, 0, 0});
    while (numbers.size() < 6400) {
        const std::uint32_t exponent = 1 + random.below(253);  // normal numbers that do not round to infinity
        const std::uint32_t bits = random.below(2) << 31 | exponent << 23 | random.below(1u << 23);
        numbers.push_back(std::bit_cast<float>(bits));
    }
    return numbers;
}

}  // namespace

TEST_CASE("pairs: numbers are rounded to the nearest bfloat16, a half to the even one") {
    const std::vector<float> numbers = all_kinds();
    check_rounding<simd::Widest<float>::lanes>(numbers);
    check_rounding<simd::Narrower<simd::Widest<float>>::lanes>(numbers);
    check_rounding<1>(numbers);
}

TEST_CASE("pairs: each bfloat16 number is widened exactly and stored again, alone and in packets") {
    const auto check = []<class P>(P) {
        std::array<Bf16, std::size_t(P::lanes)> from{}, back{};
        int wrong = 0;
        for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
            from.fill(Bf16(1.0f));
            from.back().bits = std::uint16_t(bits);
            std::array<float, std::size_t(P::lanes)> wide{};
            const P loaded = simd::load<P>(from.data());
            simd::store(wide.data(), loaded);
            const float number = std::bit_cast<float>(bits << 16);
            const bool is_nan = std::isnan(number);
            wrong += is_nan ? !std::isnan(wide.back()) : std::bit_cast<std::uint32_t>(wide.back()) != bits << 16;
            if (std::fpclassify(number) == FP_SUBNORMAL) continue;  // 0 with the instruction
            simd::store(back.data(), loaded);
            wrong += is_nan ? !std::isnan(float(back.back())) : back.back().bits != bits;
        }
        CHECK(wrong == 0);
    };
    check(simd::Widest<float>{});
    check(simd::Narrower<simd::Widest<float>>{});
    check(simd::Packet<float, 1>{});
}

TEST_CASE("pairs: a stored number is rounded to the nearest bfloat16, alone and in packets") {
    const std::vector<float> numbers = all_kinds();
    const auto check = [&]<class P>(P) {
        int wrong = 0;
        for (std::size_t i = 0; i + P::lanes <= numbers.size(); i += P::lanes) {
            std::array<Bf16, std::size_t(P::lanes)> found{};
            simd::store(found.data(), simd::load<P>(numbers.data() + i));
            for (std::size_t k = 0; k < found.size(); ++k) wrong += found[k].bits != nearest(numbers[i + k]) ? 1 : 0;
        }
        CHECK(wrong == 0);
    };
    check(simd::Widest<float>{});
    check(simd::Narrower<simd::Widest<float>>{});
    check(simd::Packet<float, 1>{});
}

TEST_CASE("pairs: a NaN stays one, infinity stays infinity, and what is too large becomes it") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float largest = std::numeric_limits<float>::max();
    const auto check = [&]<int Lanes>(std::integral_constant<int, Lanes>) {
        std::array<float, Lanes> first{}, second{};
        for (const float special : {infinity, -infinity, largest, -largest, std::bit_cast<float>(0x7f800001u),
                                    std::bit_cast<float>(0xffffffffu)}) {
            first.fill(special);
            second.fill(1.0f);
            const std::uint32_t found = pairs<Lanes>(first, second)[Lanes - 1];
            const float rounded = std::bit_cast<float>(found << 16);
            CHECK((found >> 16) == 0x3f80);
            if (std::isnan(special)) {
                CHECK(std::isnan(rounded));
            } else {
                CHECK(rounded == std::copysign(infinity, special));
            }
        }
    };
    check(std::integral_constant<int, simd::Widest<float>::lanes>{});
    check(std::integral_constant<int, 1>{});
}

TEST_CASE("pairs: the dot product adds two exact products") {
    const auto check = [&]<int Lanes>(std::integral_constant<int, Lanes>) {
        using P = simd::Packet<float, Lanes>;
        std::array<float, Lanes> a{}, b{}, c{}, d{}, e{}, out{};
        for (int k = 0; k < Lanes; ++k) {
            const std::size_t i = std::size_t(k);
            a[i] = float(k % 7 - 3), b[i] = float(k + 1), c[i] = float(5 - k), d[i] = 0.5f * float(k % 3), e[i] = 100;
        }
        const P left = simd::pairs_of(simd::load<P>(a.data()), simd::load<P>(b.data()));
        const P right = simd::pairs_of(simd::load<P>(c.data()), simd::load<P>(d.data()));
        simd::store(out.data(), simd::dot_pairs(left, right, simd::load<P>(e.data())));
        for (std::size_t i = 0; i < std::size_t(Lanes); ++i) CHECK(out[i] == (e[i] + a[i] * c[i] + b[i] * d[i]));
        // A pair goes through memory and a broadcast as it is.
        std::array<float, Lanes> stored{};
        simd::store(stored.data(), left);
        simd::store(out.data(), simd::dot_pairs(simd::set<P>(stored[Lanes - 1]), right, simd::load<P>(e.data())));
        for (std::size_t i = 0; i < std::size_t(Lanes); ++i) {
            CHECK(out[i] == (e[i] + a[Lanes - 1] * c[i] + b[Lanes - 1] * d[i]));
        }
    };
    check(std::integral_constant<int, simd::Widest<float>::lanes>{});
    check(std::integral_constant<int, 1>{});
}

}  // namespace packet_pairs_test
