#include "norma/graph/arena.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

#include "norma/core/random.hpp"

namespace arena_test {

using namespace norma;
using detail::Buffer;
using detail::place_in_arena;

namespace {

bool disjoint(const Buffer& a, const Buffer& b) {
    return a.offset + a.size <= b.offset || b.offset + b.size <= a.offset;
}

constexpr long long constant_arena_size() {
    List<Buffer> both{{16, 0, 1}, {16, 2, 3}};
    return place_in_arena(both);
}
static_assert(constant_arena_size() == 16);

}  // namespace

TEST_CASE("arena: buffers that live at the same time do not overlap, and gaps are used again") {
    // The second buffer ends when the fourth begins, which fits its gap; the third, after it, still lives.
    List<Buffer> buffers{{16, 0, 9}, {32, 0, 1}, {16, 1, 9}, {32, 2, 9}};
    CHECK(place_in_arena(buffers) == 64);
    CHECK(buffers[3].offset == buffers[1].offset);

    // Buffers that end and begin at the same time overlap in time.
    List<Buffer> touching{{16, 0, 2}, {16, 2, 4}};
    CHECK(place_in_arena(touching) == 32);
    List<Buffer> none;
    CHECK(place_in_arena(none) == 0);
}

TEST_CASE("arena: a gap that is too narrow is left, and the next one is taken") {
    List<Buffer> buffers{{16, 0, 0}, {16, 0, 9}, {48, 0, 0}, {16, 0, 9}, {32, 1, 9}};
    CHECK(place_in_arena(buffers) == 96);
    CHECK(buffers[4].offset == 32);
}

TEST_CASE("arena: random buffers never overlap while they live") {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        RandomSequence random({seed, Purpose::synthetic, 9, 0, 0});
        List<Buffer> buffers;
        for (int i = 0; i < 30; ++i) {
            const int size = 16 * (1 + static_cast<int>(random.below(8)));
            const int first = static_cast<int>(random.below(40));
            buffers.push_back({size, first, first + static_cast<int>(random.below(12))});
        }
        std::ranges::stable_sort(buffers, {}, &Buffer::first);
        const long long size = place_in_arena(buffers);
        long long end = 0;
        bool apart = true;
        for (const Buffer& a : buffers) {
            end = std::max(end, a.offset + a.size);
            apart &= a.offset >= 0;
            for (const Buffer& b : buffers) {
                const bool together = &a != &b && a.first <= b.last && b.first <= a.last;
                apart &= !together || disjoint(a, b);
            }
        }
        CHECK(apart);
        CHECK(size == end);
    }
}

TEST_CASE("arena: more numbers than an int counts") {
    constexpr long long large = 1ll << 30;
    List<Buffer> buffers{{large, 0, 9}, {large, 0, 9}, {large, 1, 9}, {16, 2, 9}};
    CHECK(place_in_arena(buffers) == 3 * large + 16);
    CHECK(buffers[3].offset == 3 * large);
}

}  // namespace arena_test
