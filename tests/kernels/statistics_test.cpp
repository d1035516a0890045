#include "norma/kernels/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace statistics_test {

using namespace norma;
using namespace norma::kernels;

namespace {

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

/// Takes every run of numbers between two cuts as a sample of one channel, merges all and gives mean and variance.
/// `samples` of a run are the numbers that it has.
template <class T>
Moment merged(const std::vector<T>& x, const std::vector<std::size_t>& cuts) {
    T count = 0;
    T mean = 0;
    T rest = 0;
    T squares = 0;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        T part_count = static_cast<T>(cuts[i + 1] - cuts[i]);
        T part_mean = 0;
        T part_rest = 0;
        T part_squares = 0;
        for (std::size_t k = cuts[i]; k < cuts[i + 1]; ++k) part_mean += (x[k] - x[cuts[i]]) / part_count;
        if (part_count > 0) part_mean += x[cuts[i]];
        for (std::size_t k = cuts[i]; k < cuts[i + 1]; ++k) part_squares += (x[k] - part_mean) * (x[k] - part_mean);
        merge_samples<T>(1, {&count, &mean, &rest, &squares}, {&part_count, &part_mean, &part_rest, &part_squares});
    }
    CHECK(count == static_cast<T>(x.size()));
    return {static_cast<double>(mean), static_cast<double>(squares) / static_cast<double>(count)};
}

/// Moments of a sample all of whose numbers are `value`.
template <Extent E, int Groups, class T>
void check_constant(T value) {
    INFO(E.channels, "x", E.height, "x", E.width, " in ", Groups, " groups of ", value);
    const std::vector<T> x(static_cast<std::size_t>(E.size()), value);
    const auto channels = static_cast<std::size_t>(E.channels);
    std::vector<T> mean(channels), variance(channels), rest(channels, T(1));
    sample_moments<T, E, Groups, true>(x.data(), mean.data(), variance.data(), rest.data());
    CHECK(mean == std::vector<T>(channels, value));
    CHECK(rest == std::vector<T>(channels));
    // What the first pass got wrong is gone but for its square times the rounding of a square.
    CHECK(*std::max_element(variance.begin(), variance.end()) <= value * value * T(sizeof(T) == 4 ? 1e-16 : 1e-40));
    CHECK(*std::min_element(variance.begin(), variance.end()) >= 0);
}

/// Moments of pixels all of whose channels are `value`.
template <int Channels, class T>
void check_constant_pixels(T value) {
    constexpr Extent extent{Channels, 2, 1};
    const std::vector<T> x(static_cast<std::size_t>(extent.size()), value);
    T mean[2];
    T variance[2];
    pixel_moments<T, extent, true>(x.data(), mean, variance);
    INFO(Channels, " channels of ", value);
    CHECK(mean[0] == value);
    CHECK(mean[1] == value);
}

/// What float keeps of the mean of `x`: half the distance to the next number, and a rounding of the sum about it.
template <class T>
double rounding_of(double mean) {
    return mean * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2 * 1.001;
}

}  // namespace

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
    float rest[2] = {0, 0};
    float squares[2] = {0, 0};
    const SampleSet<float> set{&count, mean, rest, squares};
    float none = 0;
    float nothing[2] = {0, 0};
    const SampleSet<float> empty{&none, nothing, nothing, nothing};
    merge_samples<float>(2, set, empty);
    CHECK(count == 0);
    CHECK(mean[0] == 0);
    CHECK(squares[1] == 0);
    float seven = 7;
    float other_mean[2] = {3, -4};
    float other_rest[2] = {1e-8f, 0};
    float other_squares[2] = {5, 6};
    merge_samples<float>(2, set, {&seven, other_mean, other_rest, other_squares});
    CHECK(count == 7);
    CHECK(mean[1] == -4);
    CHECK(rest[0] == 1e-8f);
    CHECK(squares[0] == 5);
    merge_samples<float>(2, set, empty);
    CHECK(count == 7);
    CHECK(mean[0] == 3);
    CHECK(squares[1] == 6);
}

// 1,024 times 1000.1f add up to a float that is no multiple of it; the variance of what is left would be of order 1.
TEST_CASE_TEMPLATE("the mean of equal numbers is that number", T, float, double) {
    for (const T value : {T(1000.1f), T(3.3e6f), T(-0.1f), T(1e-30f)}) {
        check_constant<Extent{1, 32, 32}, 1>(value);
        check_constant<Extent{16, 8, 8}, 1>(value);
        check_constant<Extent{7, 5, 3}, 7>(value);
        check_constant<Extent{24, 9, 9}, 2>(value);
        check_constant<Extent{3, 640, 640}, 3>(value);
        check_constant_pixels<7>(value);
        check_constant_pixels<49>(value);
        check_constant_pixels<160>(value);
    }
}

// The sums of such an image come in blocks: one after another, a million additions would lose a hundredth.
TEST_CASE("the mean of a million equal numbers is that number") {
    check_constant<Extent{1, 1024, 1024}, 1>(1000.1f);
    check_constant<Extent{2, 1023, 1025}, 1>(3.3e6f);
}

TEST_CASE("the mean of 100 + noise is correct to half the distance of two floats") {
    constexpr Extent extent{1, 256, 256};
    std::vector<float> x = real_numbers<float>(extent.size(), 6, -0.017320508f, 0.017320508f);
    for (float& v : x) v += 100;
    float mean = 0;
    float variance = 0;
    sample_moments<float, extent, 1, true>(x.data(), &mean, &variance);
    const Moment exact = plain_moments(x, 1, 0, 1, true);
    CHECK(std::abs(static_cast<double>(mean) - exact.mean) < rounding_of<float>(exact.mean));
    CHECK(static_cast<double>(variance) == doctest::Approx(exact.variance).epsilon(1e-5));
}

// About their mean, 0, the squares of all others are 4,096 times the variance.
TEST_CASE("pixels unlike all others, from which the mean is estimated, cost no digits") {
    constexpr Extent extent{1, 256, 256};
    using Sampled = kernels::detail::SampledPixels<extent>;
    std::vector<float> x = real_numbers<float>(extent.size(), 8, 999.9f, 1000.1f);
    for (int k = 0; k < Sampled::extent.pixels(); ++k) x[static_cast<std::size_t>(k * Sampled::distance)] = 0;
    float mean = 0;
    float variance = 0;
    sample_moments<float, extent, 1, true>(x.data(), &mean, &variance);
    const Moment exact = plain_moments(x, 1, 0, 1, true);
    CHECK(static_cast<double>(mean) == doctest::Approx(exact.mean).epsilon(1e-6));
    CHECK(static_cast<double>(variance) == doctest::Approx(exact.variance).epsilon(3e-6));
}

TEST_CASE("the pixels from which a mean is estimated are in the image, and in several columns") {
    using Few = kernels::detail::SampledPixels<Extent{3, 5, 3}>;
    CHECK(Few::extent == Extent{3, 1, 15});
    CHECK(Few::distance == 1);
    using Barely = kernels::detail::SampledPixels<Extent{3, 17, 1}>;
    CHECK(15 * Barely::distance < 17);
    using Wide = kernels::detail::SampledPixels<Extent{3, 32, 32}>;
    CHECK(15 * Wide::distance < 1024);
    CHECK(Wide::distance % 32 == 31);
}

// Each of a thousand additions to the mean would round it.
TEST_CASE("the mean of many merged samples is correct to half the distance of two floats") {
    std::vector<float> x = real_numbers<float>(1000 * 64, 7, -0.017320508f, 0.017320508f);
    for (float& v : x) v += 100;
    float count = 0, mean = 0, rest = 0, squares = 0;
    for (std::size_t i = 0; i < x.size(); i += 64) {
        float one = 1, sample_mean = 0, sample_variance = 0, sample_rest = 0;
        sample_moments<float, Extent{1, 8, 8}, 1, true>(x.data() + i, &sample_mean, &sample_variance, &sample_rest);
        merge_samples<float>(1, {&count, &mean, &rest, &squares}, {&one, &sample_mean, &sample_rest, &sample_variance});
    }
    const Moment exact = plain_moments(x, 1, 0, 1, true);
    CHECK(count == 1000);
    CHECK(std::abs(static_cast<double>(mean + rest) - exact.mean) < rounding_of<float>(exact.mean));
    CHECK(static_cast<double>(squares / count) == doctest::Approx(exact.variance).epsilon(1e-5));
}

}  // namespace statistics_test
