#include "norma/kernels/prefetch.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace prefetch_test {

using namespace norma::kernels;

TEST_CASE("prefetch: the parts of all shares are the range in whole cache lines, each once") {
    constexpr ArrayRange whole{32, 1000};
    for (const int parts : {1, 3, 28, 63, 64, 200}) {
        INFO("parts ", parts);
        std::vector<int> times(1100, 0);
        for (int share = 0; share < 3; ++share) {
            const Prefetch<float> prefetch{nullptr, {}, share, 3};
            for (int part = 0; part < parts; ++part) {
                const ArrayRange s = prefetch.part_of(whole, part, parts);
                for (long long i = s.begin; i < s.begin + s.size; ++i) ++times[static_cast<std::size_t>(i)];
            }
        }
        for (int i = 0; i < 1100; ++i)
            CHECK(times[static_cast<std::size_t>(i)] == (i >= 32 && i < 32 + 63 * 16 ? 1 : 0));
    }
}

TEST_CASE("prefetch: a line of doubles has half as many numbers") {
    const Prefetch<double> prefetch{};
    CHECK(prefetch.part_of({0, 24}, 0, 3) == ArrayRange{0, 8});
    CHECK(prefetch.part_of({0, 24}, 2, 3) == ArrayRange{16, 8});
    CHECK(Prefetch<float>{}.part_of({0, 24}, 0, 3) == ArrayRange{0, 0});
    CHECK(Prefetch<float>{}.part_of({0, 24}, 1, 3) == ArrayRange{0, 16});
}

TEST_CASE("prefetch: nothing comes next, or nothing is read") {
    constexpr std::array ranges{ArrayRange{0, 100}};
    Prefetch<float>{nullptr, ranges}.fetch(0, 1);
    const std::vector<float> numbers(100);
    Prefetch<float>{numbers.data(), {}}.fetch(0, 1);
    Prefetch<float>{numbers.data(), ranges}.fetch(0, 1);
    NoPrefetch{}.fetch(0, 1);
}

}  // namespace prefetch_test
