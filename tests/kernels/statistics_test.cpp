#include "norma/kernels/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

using namespace norma;
using namespace norma::kernels;

namespace {

template <class T>
struct Sums {
    Extent extent;
    void (*sums)(const T*, T*);
    void (*squares)(const T*, const T*, T*);
};

template <class T, Extent E>
constexpr Sums<T> sums_of{E, channel_sums<T, E>, channel_squares<T, E>};

template <class T>
void check_sums(const Sums<T>& k) {
    const int channels = k.extent.channels;
    INFO(channels, "x", k.extent.height, "x", k.extent.width);
    const std::vector<T> x = whole_numbers<T>(k.extent.size(), 1);
    const std::vector<T> centre = whole_numbers<T>(channels, 2);
    std::vector<T> sums(centre.size());
    std::vector<T> squares(centre.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i % centre.size();
        sums[c] += x[i];
        squares[c] += (x[i] - centre[c]) * (x[i] - centre[c]);
    }
    Guarded<T> out(channels);
    k.sums(x.data(), out.data());
    CHECK(out.differences(sums) == 0);
    out = Guarded<T>(channels);
    k.squares(x.data(), centre.data(), out.data());
    CHECK(out.differences(squares) == 0);
}

/// Mean and mean squared deviation from it (or from 0), of the channels [first, last), in two passes.
struct Moment {
    double mean;
    double variance;
};
template <class T>
Moment plain_moments(const std::vector<T>& x, int channels, int first, int last, bool subtract_mean) {
    const auto over = [&](const auto& term) {
        long double sum = 0;
        long double count = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const int c = static_cast<int>(i % static_cast<std::size_t>(channels));
            if (c < first || c >= last) continue;
            sum += term(static_cast<long double>(x[i]));
            count += 1;
        }
        return sum / count;
    };
    const long double mean = subtract_mean ? over([](long double v) { return v; }) : 0.0L;
    return {static_cast<double>(mean),
            static_cast<double>(over([mean](long double v) { return (v - mean) * (v - mean); }))};
}

template <class T, Extent E, int Groups, bool SubtractMean>
void check_moments(float centre) {
    INFO(E.channels, "x", E.height, "x", E.width, " in ", Groups, " groups around ", centre);
    const std::vector<T> x = real_numbers<T>(E.size(), 3, centre - 2, centre + 2);
    Guarded<T> mean(E.channels);
    Guarded<T> variance(E.channels);
    sample_moments<T, E, Groups, SubtractMean>(x.data(), mean.data(), variance.data());
    CHECK(mean.intact());
    CHECK(variance.intact());
    const double rounding = sizeof(T) == 4 ? 1e-6 : 1e-14;
    for (int c = 0; c < E.channels; ++c) {
        const int per_group = E.channels / Groups;
        const int first = c / per_group * per_group;
        const Moment m = plain_moments(x, E.channels, first, first + per_group, SubtractMean);
        const auto at = static_cast<std::size_t>(c);
        if (SubtractMean) {
            CHECK(std::abs(static_cast<double>(mean.values()[at]) - m.mean) < rounding * (1 + std::abs(m.mean)));
        } else {
            CHECK(mean.values()[at] == 0);
        }
        CHECK(static_cast<double>(variance.values()[at]) == doctest::Approx(m.variance).epsilon(8 * rounding));
    }
}

template <class T, Extent E, bool SubtractMean>
void check_pixel_moments(float centre) {
    INFO(E.channels, "x", E.height, "x", E.width, " around ", centre);
    const std::vector<T> x = real_numbers<T>(E.size(), 3, centre - 2, centre + 2);
    Guarded<T> mean(E.pixels());
    Guarded<T> variance(E.pixels());
    pixel_moments<T, E, SubtractMean>(x.data(), mean.data(), variance.data());
    CHECK(mean.intact());
    CHECK(variance.intact());
    const double rounding = sizeof(T) == 4 ? 1e-6 : 1e-14;
    for (std::size_t p = 0; p < static_cast<std::size_t>(E.pixels()); ++p) {
        const auto first = x.begin() + static_cast<std::ptrdiff_t>(p) * E.channels;
        const Moment m = plain_moments(std::vector<T>(first, first + E.channels), 1, 0, 1, SubtractMean);
        CHECK(std::abs(static_cast<double>(mean.values()[p]) - m.mean) < rounding * (1 + std::abs(m.mean)));
        CHECK(std::abs(static_cast<double>(variance.values()[p]) - m.variance) < 8 * rounding * (1e-3 + m.variance));
    }
}

/// Merges the samples `count` numbers at a time and gives mean and variance.
template <class T>
Moment merged(const std::vector<T>& x, const std::vector<std::size_t>& cuts) {
    T count = 0;
    T mean = 0;
    T squares = 0;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        T part_mean = 0;
        T part_squares = 0;
        const T part_count = static_cast<T>(cuts[i + 1] - cuts[i]);
        for (std::size_t k = cuts[i]; k < cuts[i + 1]; ++k) part_mean += (x[k] - x[cuts[i]]) / part_count;
        if (part_count > 0) part_mean += x[cuts[i]];
        for (std::size_t k = cuts[i]; k < cuts[i + 1]; ++k) part_squares += (x[k] - part_mean) * (x[k] - part_mean);
        merge_moments<T>(1, count, &mean, &squares, part_count, &part_mean, &part_squares);
    }
    CHECK(count == static_cast<T>(x.size()));
    return {static_cast<double>(mean), static_cast<double>(squares) / static_cast<double>(count)};
}

}  // namespace

TEST_CASE_TEMPLATE("sums and squares by channel are those of plain loops, bit by bit", T, float, double) {
    check_sums(sums_of<T, Extent{1, 1, 1}>);
    check_sums(sums_of<T, Extent{3, 1, 2}>);
    check_sums(sums_of<T, Extent{6, 5, 7}>);
    check_sums(sums_of<T, Extent{16, 3, 3}>);
    check_sums(sums_of<T, Extent{17, 4, 9}>);
    check_sums(sums_of<T, Extent{47, 2, 3}>);
}

TEST_CASE_TEMPLATE("moments of a sample are those of two plain passes, by group", T, float, double) {
    check_moments<T, Extent{6, 5, 7}, 1, true>(0.5f);
    check_moments<T, Extent{6, 5, 7}, 2, true>(0.5f);
    check_moments<T, Extent{6, 5, 7}, 6, true>(0.5f);
    check_moments<T, Extent{6, 5, 7}, 1, false>(0.5f);
    check_moments<T, Extent{6, 5, 7}, 3, false>(0.5f);
    check_moments<T, Extent{17, 1, 1}, 1, true>(0.5f);
    check_moments<T, Extent{17, 1, 1}, 17, true>(0.5f);  // one value: its variance is 0
    check_moments<T, Extent{32, 3, 3}, 4, true>(0.5f);
}

TEST_CASE_TEMPLATE("moments of each pixel are those of two plain passes over its channels", T, float, double) {
    check_pixel_moments<T, Extent{1, 2, 3}, true>(0.5f);  // one value: its variance is 0
    check_pixel_moments<T, Extent{6, 5, 7}, true>(0.5f);
    check_pixel_moments<T, Extent{17, 2, 3}, true>(0.5f);
    check_pixel_moments<T, Extent{47, 2, 3}, false>(0.5f);
    check_pixel_moments<T, Extent{160, 1, 2}, true>(0.5f);
}

// With a mean of 10,000, E[x²] − E[x]² in float is wrong by more than the variance itself.
TEST_CASE("a variance of 1 around 10,000 keeps its digits in float") {
    constexpr Extent extent{4, 16, 16};
    std::vector<float> x = real_numbers<float>(extent.size(), 4, -1.7320508f, 1.7320508f);
    for (float& v : x) v += 1e4f;
    float mean[4];
    float variance[4];
    sample_moments<float, extent, 2, true>(x.data(), mean, variance);
    const Moment first = plain_moments(x, 4, 0, 2, true);
    const Moment second = plain_moments(x, 4, 2, 4, true);
    REQUIRE(first.variance == doctest::Approx(1).epsilon(0.1));
    CHECK(static_cast<double>(variance[1]) == doctest::Approx(first.variance).epsilon(1e-4));
    CHECK(static_cast<double>(variance[2]) == doctest::Approx(second.variance).epsilon(1e-4));

    std::vector<std::size_t> cuts;
    for (std::size_t i = 0; i <= x.size(); i += 32) cuts.push_back(i);
    const Moment all = plain_moments(x, 1, 0, 1, true);
    const Moment chan = merged(x, cuts);
    CHECK(chan.mean == doctest::Approx(all.mean).epsilon(1e-6));
    CHECK(chan.variance == doctest::Approx(all.variance).epsilon(1e-3));
}

TEST_CASE_TEMPLATE("merged moments are those of all values together, however they are cut", T, float, double) {
    const std::vector<T> x = real_numbers<T>(60, 5, -1, 3);
    const Moment all = plain_moments(x, 1, 0, 1, true);
    using Cuts = std::vector<std::size_t>;
    for (const Cuts& cuts : {Cuts{0, 60}, Cuts{0, 1, 60}, Cuts{0, 59, 60}, Cuts{0, 20, 30, 31, 60},
                             Cuts{0, 0, 7, 7, 60}, Cuts{0, 60, 60}}) {
        const Moment m = merged(x, cuts);
        CHECK(m.mean == doctest::Approx(all.mean).epsilon(1e-6));
        CHECK(m.variance == doctest::Approx(all.variance).epsilon(1e-5));
    }
}

TEST_CASE("merging an empty set changes nothing, merging into one copies") {
    float count = 0;
    float mean[2] = {0, 0};
    float squares[2] = {0, 0};
    const float nothing[2] = {0, 0};
    merge_moments<float>(2, count, mean, squares, 0, nothing, nothing);
    CHECK(count == 0);
    CHECK(mean[0] == 0);
    CHECK(squares[1] == 0);
    const float other_mean[2] = {3, -4};
    const float other_squares[2] = {5, 6};
    merge_moments<float>(2, count, mean, squares, 7, other_mean, other_squares);
    CHECK(count == 7);
    CHECK(mean[1] == -4);
    CHECK(squares[0] == 5);
    merge_moments<float>(2, count, mean, squares, 0, nothing, nothing);
    CHECK(count == 7);
    CHECK(mean[0] == 3);
    CHECK(squares[1] == 6);
}
