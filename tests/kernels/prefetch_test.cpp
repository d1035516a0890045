#include "norma/kernels/prefetch.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

namespace prefetch_test {

using namespace norma::kernels;

namespace {

/// The lines that a part fetches, by their first numbers.
template <class T>
std::vector<long long> lines(const Prefetch<T>& prefetch, int part, int parts) {
    std::vector<long long> found;
    prefetch.for_each_line(part, parts, [&](long long i) { found.push_back(i); });
    return found;
}

}  // namespace

TEST_CASE("prefetch: the parts of all shares are the ranges in whole cache lines, each once and in order") {
    constexpr std::array ranges{ArrayRange{32, 1000}, ArrayRange{2048, 16}, ArrayRange{4096, 33}};
    std::vector<long long> all;
    for (long long i = 32; i < 32 + 63 * 16; i += 16) all.push_back(i);
    for (const long long i : {2048, 4096, 4112, 4128}) all.push_back(i);
    for (const int parts : {1, 3, 28, 63, 64, 200}) {
        INFO("parts ", parts);
        std::vector<long long> fetched;
        for (int share = 0; share < 3; ++share) {
            for (int part = 0; part < parts; ++part) {
                const std::vector<long long> some = lines(Prefetch<float>{nullptr, ranges, share, 3}, part, parts);
                CHECK(some.size() <= all.size() / static_cast<std::size_t>(3 * parts) + 1);
                fetched.insert(fetched.end(), some.begin(), some.end());
            }
        }
        CHECK(fetched == all);
    }
}

TEST_CASE("prefetch: a line of doubles has half as many numbers") {
    constexpr std::array ranges{ArrayRange{0, 24}};
    CHECK(lines(Prefetch<double>{nullptr, ranges}, 0, 3) == std::vector<long long>{0});
    CHECK(lines(Prefetch<double>{nullptr, ranges}, 2, 3) == std::vector<long long>{16});
    CHECK(lines(Prefetch<float>{nullptr, ranges}, 0, 3).empty());
    CHECK(lines(Prefetch<float>{nullptr, ranges}, 1, 3) == std::vector<long long>{0});
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
