#include "norma/kernels/prefetch.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

namespace prefetch_test {

using namespace norma::kernels;

namespace {

/// The lines that a part fetches, by their first bytes.
std::vector<long long> lines(const Prefetch& prefetch, int part, int parts) {
    std::vector<long long> found;
    prefetch.for_each_line(part, parts, [&](long long i) { found.push_back(i); });
    return found;
}

}  // namespace

TEST_CASE("prefetch: the parts of all shares are the ranges in whole cache lines, each once and in order") {
    constexpr std::array ranges{ArrayRange{128, 4000}, ArrayRange{8192, 64}, ArrayRange{16384, 132}};
    std::vector<long long> all;
    for (long long i = 128; i < 128 + 63 * 64; i += 64) all.push_back(i);
    for (const long long i : {8192, 16384, 16448, 16512}) all.push_back(i);
    for (const int parts : {1, 3, 28, 63, 64, 200}) {
        INFO("parts ", parts);
        std::vector<long long> fetched;
        for (int share = 0; share < 3; ++share) {
            for (int part = 0; part < parts; ++part) {
                const std::vector<long long> some = lines(Prefetch{nullptr, ranges, share, 3}, part, parts);
                CHECK(some.size() <= all.size() / static_cast<std::size_t>(3 * parts) + 1);
                fetched.insert(fetched.end(), some.begin(), some.end());
            }
        }
        CHECK(fetched == all);
    }
}

TEST_CASE("prefetch: where there are fewer lines than parts, some have none") {
    constexpr std::array ranges{ArrayRange{0, 96}};
    CHECK(lines({nullptr, ranges}, 0, 3).empty());
    CHECK(lines({nullptr, ranges}, 1, 3) == std::vector<long long>{0});
    CHECK(lines({nullptr, ranges}, 2, 3) == std::vector<long long>{64});
}

TEST_CASE("prefetch: nothing comes next, or nothing is read") {
    constexpr std::array ranges{ArrayRange{0, 400}};
    Prefetch{nullptr, ranges}.fetch(0, 1);
    const std::vector<std::byte> numbers(400);
    Prefetch{numbers.data(), {}}.fetch(0, 1);
    Prefetch{numbers.data(), ranges}.fetch(0, 1);
    NoPrefetch{}.fetch(0, 1);
}

}  // namespace prefetch_test
