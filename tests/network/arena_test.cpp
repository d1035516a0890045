#include "norma/network/arena.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "norma/core/random.hpp"

namespace arena_test {

using namespace norma;
using detail::Buffer;

namespace {

Buffer buffer(int size, int first, int last) {
    Buffer b;
    b.size = size;
    b.first = first;
    b.last = last;
    return b;
}

long long place(std::vector<Buffer>& buffers) {
    List<Buffer*> pointers;
    for (Buffer& b : buffers) pointers.push_back(&b);
    return detail::place_in_arena(pointers);
}

bool disjoint(const Buffer& a, const Buffer& b) {
    return a.place.offset + a.size <= b.place.offset || b.place.offset + b.size <= a.place.offset;
}

constexpr long long constant_arena_size() {
    Buffer a;
    a.size = 16;
    a.first = 0;
    a.last = 1;
    Buffer b = a;
    b.first = 2;
    b.last = 3;
    List<Buffer*> both{&a, &b};
    return detail::place_in_arena(both);
}
static_assert(constant_arena_size() == 16);
static_assert(detail::padded(0) == 0 && detail::padded(1) == 16 && detail::padded(16) == 16 &&
              detail::padded(17) == 32);

}  // namespace

TEST_CASE("arena: buffers that live at the same time do not overlap, and gaps are used again") {
    // The second buffer ends when the fourth begins, which fits its gap; the third, after it, still lives.
    std::vector<Buffer> buffers{buffer(16, 0, 9), buffer(32, 0, 1), buffer(16, 1, 9), buffer(32, 2, 9)};
    CHECK(place(buffers) == 64);
    CHECK(buffers[3].place.offset == buffers[1].place.offset);

    // Buffers that end and begin at the same time overlap in time.
    std::vector<Buffer> touching{buffer(16, 0, 2), buffer(16, 2, 4)};
    CHECK(place(touching) == 32);
    std::vector<Buffer> none;
    CHECK(place(none) == 0);
}

TEST_CASE("arena: random buffers never overlap while they live") {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        RandomSequence random({seed, Purpose::synthetic, 9, 0, 0});
        std::vector<Buffer> buffers;
        for (int i = 0; i < 30; ++i) {
            const int first = static_cast<int>(random.below(40));
            buffers.push_back(buffer(16 * (1 + static_cast<int>(random.below(8))), first,
                                     first + static_cast<int>(random.below(12))));
        }
        std::ranges::stable_sort(buffers, {}, &Buffer::first);
        const long long size = place(buffers);
        long long end = 0;
        bool apart = true;
        for (const Buffer& a : buffers) {
            end = std::max(end, a.place.offset + a.size);
            apart &= a.place.offset >= 0 && !a.place.stored;
            for (const Buffer& b : buffers) {
                const bool together = &a != &b && a.first <= b.last && b.first <= a.last;
                apart &= !together || disjoint(a, b);
            }
        }
        CHECK(apart);
        CHECK(size == end);
    }
}

TEST_CASE("arena: values that outlive a pass are stored, unless the backward pass recomputes them") {
    constexpr int passes = 5;
    Buffer one_pass;
    one_pass.touch(3, 1, true);
    one_pass.touch(5, 1, false);
    CHECK((one_pass.first == 3 && one_pass.last == 5));
    CHECK_FALSE(one_pass.must_be_stored(passes));

    Buffer two_passes;  // made in pass 1, read in its segment's backward pass 3
    two_passes.touch(3, 1, true);
    two_passes.touch(9, 3, false);
    CHECK(two_passes.must_be_stored(passes));
    two_passes.recomputable = true;
    CHECK_FALSE(two_passes.must_be_stored(passes));

    Buffer crossing = two_passes;  // read by the next segment as well
    crossing.touch(5, 2, true);
    CHECK(crossing.must_be_stored(passes));

    Buffer late = two_passes;  // read by an earlier segment's backward pass
    late.touch(11, 4, false);
    CHECK(late.must_be_stored(passes));
}

TEST_CASE("arena: more numbers than an int counts") {
    constexpr int large = 1 << 30;
    std::vector<Buffer> buffers{buffer(large, 0, 9), buffer(large, 0, 9), buffer(large, 1, 9), buffer(16, 2, 9)};
    CHECK(place(buffers) == 3ll * large + 16);
    CHECK(buffers[3].place.offset == 3ll * large);
}

}  // namespace arena_test
