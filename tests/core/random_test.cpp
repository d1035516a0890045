#include "norma/core/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace random_test {

using namespace norma;

// Known answers of Random123, the authors' own implementation.
static_assert(Philox::block({0, 0, 0, 0}, {0, 0}) ==
              Philox::Counter{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
static_assert(Philox::block({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
              Philox::Counter{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
static_assert(Philox::block({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, {0xa4093822u, 0x299f31d0u}) ==
              Philox::Counter{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});

namespace {

std::vector<int> shuffled(int n, const RandomName& name) {
    std::vector<int> items(static_cast<std::size_t>(n));
    std::iota(items.begin(), items.end(), 0);
    shuffle(std::span(items), name);
    return items;
}

}  // namespace

TEST_CASE("equal names give equal numbers, different names give different numbers") {
    std::set<std::uint32_t> first;
    const std::vector<RandomName> names{{1, Purpose::weights, 0, 0, 0},
                                        {2, Purpose::weights, 0, 0, 0},
                                        {std::uint64_t{1} << 32, Purpose::weights, 0, 0, 0},
                                        {1, Purpose::shuffle, 0, 0, 0},
                                        {1, Purpose::weights, 1, 0, 0},
                                        {1, Purpose::weights, 0, 1, 0},
                                        {1, Purpose::weights, 0, 0, 1}};
    for (const RandomName& name : names) {
        RandomSequence a(name);
        RandomSequence b(name);
        first.insert(a.bits());
        b.bits();
        for (int i = 0; i < 20; ++i) REQUIRE(a.bits() == b.bits());
    }
    CHECK(first.size() == names.size());
}

TEST_CASE("a sequence is the words of its blocks in order") {
    const RandomName name{0x123456789abcdefu, Purpose::dropout, 4, 5, 6};
    RandomSequence random(name);
    for (std::uint32_t block = 0; block < 3; ++block) {
        for (const std::uint32_t word : Philox::block(name.counter(block), name.key())) CHECK(random.bits() == word);
    }
}

TEST_CASE("uniform is uniform in [0, 1)") {
    RandomSequence random({7, Purpose::weights, 0, 0, 0});
    std::vector<int> tenths(10);
    float low = 1;
    float high = 0;
    for (int i = 0; i < 100000; ++i) {
        const float u = random.uniform();
        low = std::min(low, u);
        high = std::max(high, u);
        ++tenths.at(static_cast<std::size_t>(u * 10));
    }
    CHECK(low >= 0);
    CHECK(high < 1);
    // 10,000 are expected in each; the standard deviation is 95.
    for (const int n : tenths) CHECK(std::abs(n - 10000) < 475);
    for (int i = 0; i < 1000; ++i) {
        const float u = random.uniform(-2, 3);
        REQUIRE((u >= -2 && u <= 3));
    }
}

TEST_CASE("below is uniform for every kind of bound") {
    RandomSequence random({8, Purpose::augmentation, 0, 0, 0});
    CHECK(random.below(1) == 0);
    for (const std::uint32_t n : {2u, 7u, 10u}) {
        std::vector<int> counts(n);
        const int draws = 20000 * static_cast<int>(n);
        for (int i = 0; i < draws; ++i) ++counts.at(random.below(n));
        for (const int count : counts) CHECK(std::abs(count - 20000) < 710);  // five standard deviations
    }
    // A bound just above half of all words: without rejection, the lower numbers would come twice as often.
    const std::uint32_t big = 0xC0000000u;
    int low = 0;
    for (int i = 0; i < 30000; ++i) low += random.below(big) < big / 3;
    CHECK(std::abs(low - 10000) < 410);
}

TEST_CASE("a shuffle is a permutation that depends on its name only") {
    for (const int n : {0, 1, 2, 3, 100, 1000}) {
        std::vector<int> items = shuffled(n, {3, Purpose::shuffle, 1, 0, 0});
        CHECK(items == shuffled(n, {3, Purpose::shuffle, 1, 0, 0}));
        if (n >= 100) {
            CHECK(items != shuffled(n, {3, Purpose::shuffle, 2, 0, 0}));
            CHECK(!std::is_sorted(items.begin(), items.end()));
        }
        std::sort(items.begin(), items.end());
        bool same = true;
        for (int i = 0; i < n; ++i) same = same && items[static_cast<std::size_t>(i)] == i;
        CHECK(same);
    }
}

TEST_CASE("every order is equally likely") {
    std::map<std::vector<int>, int> counts;
    for (std::uint32_t epoch = 0; epoch < 24000; ++epoch) ++counts[shuffled(4, {3, Purpose::shuffle, epoch, 0, 0})];
    REQUIRE(counts.size() == 24);
    for (const auto& [order, count] : counts) CHECK(std::abs(count - 1000) < 160);
}

}  // namespace random_test
