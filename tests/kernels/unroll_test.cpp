#include "norma/kernels/unroll.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace unroll_test {

using namespace norma;

namespace {
using Pieces = std::vector<std::pair<int, int>>;

template <int Count, int Number>
Pieces pieces() {
    Pieces found;
    simd::for_each_piece<Count, Number>([&](int first, auto count) {
        constexpr int size = count;  // known to the compiler
        found.emplace_back(first, size);
    });
    return found;
}

/// Piece k of `number` begins at floor(k · count / number).
Pieces expected(int count, int number) {
    Pieces found;
    for (int k = 0; k < number; ++k) {
        const int first = k * count / number;
        found.emplace_back(first, (k + 1) * count / number - first);
    }
    return found;
}
}  // namespace

TEST_CASE("unroll: the index is a constant") {
    std::vector<int> indices;
    simd::unroll<3>([&](auto i) {
        constexpr int index = i;
        indices.push_back(index);
    });
    CHECK(indices == std::vector<int>{0, 1, 2});
    int count = 0;
    int wrong = 0;
    simd::unroll<301>([&](auto i) { wrong += i != count++; });  // Clang allows 256 calls in one expression
    CHECK(count == 301);
    CHECK(wrong == 0);
}

TEST_CASE("unroll: pieces cover all numbers in order, in sizes that differ by one at most") {
    CHECK(pieces<7, 1>() == Pieces{{0, 7}});
    CHECK(pieces<7, 3>() == expected(7, 3));
    CHECK(pieces<4, 4>() == expected(4, 4));
    CHECK(pieces<5, 5>() == expected(5, 5));
    CHECK(pieces<12, 6>() == expected(12, 6));
    CHECK(pieces<73, 37>() == expected(73, 37));
    CHECK(pieces<1152, 39>() == expected(1152, 39));
    const Pieces many = pieces<1 << 20, 4095>();  // 4095 · 2^20 is more than an int holds
    REQUIRE(many.size() == 4095);
    CHECK(many[4094] == std::pair{1048319, 257});
}

}  // namespace unroll_test
