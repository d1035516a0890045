#include "norma/kernels/prefetch.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace prefetch_test {

using namespace norma::kernels;

namespace {

constexpr std::array whole{Stretch{32, 1000}};

/// How often each number is in one of the parts of all shares.
template <int Share, int Shares>
void count_parts(int parts, std::vector<int>& times) {
    for (int part = 0; part < parts; ++part) {
        const Stretch s = Prefetch<float, whole, Share, Shares>::part_of(whole[0], part, parts);
        for (long long i = s.begin; i < s.begin + s.size; ++i) ++times[static_cast<std::size_t>(i)];
    }
}

}  // namespace

TEST_CASE("prefetch: the parts of all shares are the stretch in whole cache lines, each once") {
    for (const int parts : {1, 3, 28, 63, 64, 200}) {
        INFO("parts ", parts);
        std::vector<int> times(1100, 0);
        count_parts<0, 3>(parts, times);
        count_parts<1, 3>(parts, times);
        count_parts<2, 3>(parts, times);
        for (int i = 0; i < 1100; ++i)
            CHECK(times[static_cast<std::size_t>(i)] == (i >= 32 && i < 32 + 63 * 16 ? 1 : 0));
    }
}

TEST_CASE("prefetch: nothing comes next") {
    Prefetch<float, whole>{nullptr}.fetch(0, 1);
    NoPrefetch{}.fetch(0, 1);
}

}  // namespace prefetch_test
