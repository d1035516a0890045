#include "norma/kernels/normalise.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

using namespace norma;
using namespace norma::kernels;

namespace {

constexpr DropoutRate half{32768};

/// All arrays of one pass, in double.
struct Arrays {
    std::vector<double> x;
    std::vector<double> skip;
    std::vector<double> weight;
    std::vector<double> bias;
    std::vector<std::uint8_t> keep;
    std::vector<double> dy;
};

Arrays drawn(const Pointwise& s, std::uint64_t seed) {
    Arrays a;
    a.x = real_numbers<double>(s.extent.size(), seed, -2, 3);
    a.skip = real_numbers<double>(s.extent.size(), seed + 1);
    a.weight = real_numbers<double>(s.weight_count(), seed + 2, 0.5, 1.5);
    a.bias = real_numbers<double>(s.bias_count(), seed + 3, -0.5, 0.5);
    a.dy = real_numbers<double>(s.extent.size(), seed + 4);
    for (const int k : whole_numbers<int>(s.extent.size(), seed + 5, 1)) a.keep.push_back(k >= 0 ? 1 : 0);
    return a;
}

/// y = drop(skip + relu(norm(x))), by the book, one element after another.
std::vector<double> plain(const Pointwise& s, const Arrays& a, bool drops) {
    const auto channels = static_cast<std::size_t>(s.extent.channels);
    const std::size_t per_group = channels / static_cast<std::size_t>(s.groups);
    const double epsilon = s.epsilon.as<double>();
    std::vector<double> y(a.x.size());
    const std::size_t domains = s.per_pixel ? a.x.size() / channels : static_cast<std::size_t>(s.groups);
    for (std::size_t domain = 0; domain < domains; ++domain) {
        const auto in_group = [&](std::size_t e) {
            return domain == (s.per_pixel ? e / channels : e % channels / per_group);
        };
        long double mean = 0;
        long double variance = 0;
        const auto count = static_cast<long double>(a.x.size() / domains);
        for (std::size_t e = 0; e < a.x.size(); ++e) mean += in_group(e) ? a.x[e] : 0.0;
        mean = s.subtracts_mean ? mean / count : 0;
        for (std::size_t e = 0; e < a.x.size(); ++e) variance += in_group(e) ? (a.x[e] - mean) * (a.x[e] - mean) : 0;
        variance /= count;
        for (std::size_t e = 0; e < a.x.size(); ++e) {
            if (!in_group(e)) continue;
            long double v = a.x[e];
            if (s.normalises) v = (v - mean) / std::sqrt(variance + epsilon);
            const std::size_t at = s.affine == Affine::per_element ? e : e % channels;
            if (s.normalises && s.affine != Affine::none) v = v * a.weight[at] + (s.has_bias ? a.bias[at] : 0);
            if (s.relu && v < 0) v = 0;
            if (s.adds_skip) v += a.skip[e];
            if (drops) v = a.keep[e] ? v * 65536 / (65536 - s.rate.threshold) : 0;
            y[e] = static_cast<double>(v);
        }
    }
    return y;
}

/// Σ y · dy.
double loss(const Pointwise& s, const Arrays& a, bool drops) {
    const std::vector<double> y = plain(s, a, drops);
    long double sum = 0;
    for (std::size_t e = 0; e < y.size(); ++e) sum += static_cast<long double>(y[e]) * a.dy[e];
    return static_cast<double>(sum);
}

/// The gradient of the loss by one of the arrays, from central differences with a fixed step.
std::vector<double> differences(const Pointwise& s, Arrays a, bool drops, std::vector<double> Arrays::*array) {
    constexpr double step = 1.0 / (1 << 17);
    std::vector<double> out;
    for (double& v : a.*array) {
        const double old = v;
        v = old + step;
        const double above = loss(s, a, drops);
        v = old - step;
        out.push_back((above - loss(s, a, drops)) / (2 * step));
        v = old;
    }
    return out;
}

/// The kernels of one description, so that what compares them is compiled once.
template <class T>
struct Kernels {
    using Moment = Moments<T>;
    Pointwise s;
    void (*moments)(const T*, T*, T*);
    void (*forward)(const T*, const T*, const Moment&, const T*, const T*, const std::uint8_t*, T*);
    using Sums = void(const T*, const Moment&, const T*, const T*, const std::uint8_t*, T*, T*, T*, T*, T*, T*);
    Sums* sums;
    Sums* sums_keeping;
    void (*means)(const Moment&, const T*, T, T*, T*);
    using Gradient = void(const T*, const Moment&, const T*, const T*, const T*, const T*, const T*, T*);
    Gradient* gradient;
    Gradient* gradient_add;
    Gradient* gradient_of_kept;
};

template <class T, Pointwise S>
constexpr Kernels<T> kernels_of() {
    Kernels<T> k{};
    k.s = S;
    k.forward = pointwise<T, S>;
    k.gradient = pointwise_gradient<T, S, Write::assign>;
    k.gradient_add = pointwise_gradient<T, S, Write::add>;
    if constexpr (S.normalises) {
        k.moments = own_moments<T, S>;
        k.sums = pointwise_gradient_sums<T, S>;
        k.means = pointwise_gradient_means<T, S>;
    }
    if constexpr (S.normalises && S.affine == Affine::per_element) {
        k.sums_keeping = pointwise_gradient_sums<T, S, true>;
        k.gradient_of_kept = pointwise_gradient<T, S, Write::assign, true>;
    }
    return k;
}

template <class T>
std::vector<T> as(const std::vector<double>& from) {
    return {from.begin(), from.end()};
}
std::vector<double> plus(std::vector<double> a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
}

template <class T>
void check(const Kernels<T>& k, bool drops_now = true) {
    const Pointwise& s = k.s;
    INFO(s.extent.channels, "x", s.extent.height, "x", s.extent.width, ", norm ", s.normalises, ", groups ", s.groups,
         ", per pixel ", s.per_pixel, ", mean ", s.subtracts_mean, ", affine ", static_cast<int>(s.affine), ", bias ",
         s.has_bias, ", relu ", s.relu, ", skip ", s.adds_skip, ", drops ", s.drops);
    const bool drops = s.drops && drops_now;
    const int size = s.extent.size();
    const Arrays a = drawn(s, 11);
    const std::vector<T> x = as<T>(a.x);
    const std::vector<T> skip = as<T>(a.skip);
    const std::vector<T> weight = as<T>(a.weight);
    const std::vector<T> bias = as<T>(a.bias);
    const T* const skip_or_null = s.adds_skip ? skip.data() : nullptr;
    const std::uint8_t* const keep = drops ? a.keep.data() : nullptr;
    const double rounding = sizeof(T) == 4 ? 1e-5 : 1e-12;
    const double of_gradient = sizeof(T) == 4 ? 1e-4 : 1e-7;

    const int moment_count = s.moment_count();
    Guarded<T> mean(moment_count);
    Guarded<T> inverse(moment_count);
    if (s.normalises) {
        k.moments(x.data(), mean.data(), inverse.data());
        CHECK(mean.intact());
        CHECK(inverse.intact());
    }
    const Moments<T> moments = s.normalises ? Moments<T>{mean.data(), inverse.data()} : Moments<T>{};

    Guarded<T> y(size);
    k.forward(x.data(), skip_or_null, moments, weight.data(), bias.data(), keep, y.data());
    CHECK(y.intact());
    CHECK(error_of(y.copy(), plain(s, a, drops)) < rounding);
    Guarded<T> over(x);  // y may be x
    k.forward(over.data(), skip_or_null, moments, weight.data(), bias.data(), keep, over.data());
    CHECK(over.differences(y.copy()) == 0);

    const std::vector<double> expected_dx = differences(s, a, drops, &Arrays::x);
    const std::vector<double> old_x = real_numbers<double>(size, 21);
    Guarded<T> dy(as<T>(a.dy));
    Guarded<T> sum(moment_count);
    Guarded<T> product(moment_count);
    Guarded<T> kept(size);
    if (s.normalises) {
        // The sums are these gradients where they are per channel too; elsewhere these go to arrays of their own.
        const bool has_own = s.affine != Affine::none && (s.per_pixel || s.affine == Affine::per_element);
        const std::vector<double> old_weight = real_numbers<double>(s.weight_count(), 22);
        const std::vector<double> old_bias = real_numbers<double>(s.bias_count(), 23);
        Guarded<T> dweight(as<T>(old_weight));
        Guarded<T> dbias(as<T>(old_bias));
        sum = Guarded<T>(moment_count, T(0));
        product = Guarded<T>(moment_count, T(0));
        k.sums(x.data(), moments, weight.data(), bias.data(), keep, dy.data(), sum.data(), product.data(),
               has_own ? dweight.data() : nullptr, has_own ? dbias.data() : nullptr, nullptr);
        CHECK(sum.intact());
        CHECK(product.intact());
        if (has_own) {
            CHECK(dweight.intact());
            CHECK(dbias.intact());
            CHECK(error_of(dweight.copy(), plus(old_weight, differences(s, a, drops, &Arrays::weight))) < of_gradient);
            CHECK(error_of(dbias.copy(), plus(old_bias, differences(s, a, drops, &Arrays::bias))) < of_gradient);
        } else if (s.affine == Affine::per_channel) {
            CHECK(error_of(product.copy(), differences(s, a, drops, &Arrays::weight)) < of_gradient);
            if (s.has_bias) CHECK(error_of(sum.copy(), differences(s, a, drops, &Arrays::bias)) < of_gradient);
        }
        // The sums are added to.
        Guarded<T> sum_again(moment_count, T(1));
        Guarded<T> product_again(moment_count, T(2));
        Guarded<T> dy_again(as<T>(a.dy));
        k.sums(x.data(), moments, weight.data(), bias.data(), keep, dy_again.data(), sum_again.data(),
               product_again.data(), dweight.data(), dbias.data(), nullptr);
        if (k.sums_keeping != nullptr) {
            // Nothing else changes where the gradient is kept, also in the place of dy.
            const auto keep_in = [&](Guarded<T>& g, Guarded<T>& from) {
                Guarded<T> same_sum(moment_count, T(1));
                Guarded<T> same_product(moment_count, T(2));
                k.sums_keeping(x.data(), moments, weight.data(), bias.data(), keep, from.data(), same_sum.data(),
                               same_product.data(), dweight.data(), dbias.data(), g.data());
                CHECK(same_sum.differences(sum_again.copy()) == 0);
                CHECK(same_product.differences(product_again.copy()) == 0);
                CHECK(g.intact());
            };
            Guarded<T> beside(as<T>(a.dy));
            keep_in(kept, beside);
            CHECK(beside.differences(dy_again.copy()) == 0);
            Guarded<T> in_place(as<T>(a.dy));
            keep_in(in_place, in_place);
            CHECK(in_place.differences(kept.copy()) == 0);
        }
        std::vector<double> sum_and_1;
        std::vector<double> product_and_2;
        for (const T v : sum.values()) sum_and_1.push_back(static_cast<double>(v) + 1);
        for (const T v : product.values()) product_and_2.push_back(static_cast<double>(v) + 2);
        CHECK(error_of(sum_again.copy(), sum_and_1) < rounding);
        CHECK(error_of(product_again.copy(), product_and_2) < rounding);

        k.means(moments, weight.data(), static_cast<T>(s.domain_size()), sum.data(), product.data());
        CHECK(sum.intact());
        CHECK(product.intact());
    } else if (drops) {
        drop_units<T>(s.rate, keep, size, dy.data());
    }
    CHECK(dy.intact());
    if (s.adds_skip) CHECK(error_of(dy.copy(), differences(s, a, drops, &Arrays::skip)) < of_gradient);

    Guarded<T> dx(size);
    k.gradient(x.data(), moments, weight.data(), bias.data(), dy.data(), sum.data(), product.data(), dx.data());
    CHECK(dx.intact());
    CHECK(error_of(dx.copy(), expected_dx) < of_gradient);
    if (k.gradient_of_kept != nullptr) {
        k.gradient_of_kept(x.data(), moments, weight.data(), bias.data(), kept.data(), sum.data(), product.data(),
                           kept.data());
        CHECK(kept.intact());
        CHECK(kept.differences(dx.copy()) == 0);
    }
    Guarded<T> added(as<T>(old_x));
    k.gradient_add(x.data(), moments, weight.data(), bias.data(), dy.data(), sum.data(), product.data(), added.data());
    CHECK(added.intact());
    CHECK(error_of(added.copy(), plus(old_x, expected_dx)) < of_gradient);
    k.gradient(x.data(), moments, weight.data(), bias.data(), dy.data(), sum.data(), product.data(), dy.data());
    CHECK(dy.differences(dx.copy()) == 0);  // dx may be dy
}

/// Bits 0, 1, 2 of `parts`: ReLU, skip, dropout.
constexpr Pointwise description(Extent extent, int groups, Affine affine, int parts, bool subtracts_mean = true) {
    Pointwise s{};
    s.extent = extent;
    s.normalises = groups > 0;
    s.groups = groups > 0 ? groups : 1;
    s.subtracts_mean = subtracts_mean;
    s.affine = affine;
    s.relu = (parts & 1) != 0;
    s.adds_skip = (parts & 2) != 0;
    s.drops = (parts & 4) != 0;
    if (s.drops) s.rate = half;
    return s;
}

constexpr Pointwise without_bias(Pointwise s) {
    s.has_bias = false;
    return s;
}

constexpr Pointwise per_pixel(Pointwise s) {
    s.per_pixel = true;
    return s;
}

template <class T, Extent E, int Groups, Affine A>
void check_all_parts() {
    simd::unroll<8>([](auto parts) { check(kernels_of<T, description(E, Groups, A, int(parts))>()); });
}

}  // namespace

TEST_CASE("gradients by finite differences: every combination of ReLU, skip and dropout, by affine") {
    check_all_parts<double, Extent{6, 3, 5}, 2, Affine::none>();
    check_all_parts<double, Extent{6, 3, 5}, 2, Affine::per_channel>();
    check_all_parts<double, Extent{6, 3, 5}, 2, Affine::per_element>();
}

TEST_CASE("without a norm: ReLU, skip and dropout alone and together") {
    check_all_parts<double, Extent{17, 3, 3}, 0, Affine::none>();
}

TEST_CASE("every division into groups") {
    check(kernels_of<double, description({6, 3, 3}, 1, Affine::per_channel, 1)>());
    check(kernels_of<double, description({6, 3, 3}, 6, Affine::per_channel, 1)>());
    check(kernels_of<double, description({16, 5, 3}, 4, Affine::per_channel, 7)>());
    check(kernels_of<double, description({17, 3, 3}, 1, Affine::per_element, 3)>());
    check(kernels_of<double, description({17, 3, 3}, 17, Affine::per_channel, 3)>());
    check(kernels_of<double, description({33, 1, 3}, 3, Affine::per_channel, 1)>());
}

TEST_CASE("where the mean is not subtracted") {
    check(kernels_of<double, description({6, 3, 5}, 2, Affine::none, 0, false)>());
    check(kernels_of<double, description({6, 3, 5}, 2, Affine::per_channel, 7, false)>());
    check(kernels_of<double, description({17, 3, 3}, 1, Affine::per_element, 1, false)>());
}

TEST_CASE("every pixel by itself") {
    simd::unroll<8>([](auto parts) {
        check(kernels_of<double, per_pixel(description({6, 3, 5}, 1, Affine::per_channel, int(parts)))>());
    });
    check(kernels_of<double, per_pixel(description({2, 2, 3}, 1, Affine::per_channel, 0))>());
    check(kernels_of<double, per_pixel(description({17, 1, 1}, 1, Affine::none, 1))>());
    check(kernels_of<double, per_pixel(description({17, 3, 3}, 1, Affine::per_element, 7))>());
    check(kernels_of<double, per_pixel(description({33, 2, 3}, 1, Affine::per_channel, 3, false))>());
    check(kernels_of<double, without_bias(per_pixel(description({23, 2, 3}, 1, Affine::per_channel, 1)))>());
    check(kernels_of<double, without_bias(per_pixel(description({7, 2, 3}, 1, Affine::per_element, 1)))>());
    check(kernels_of<float, per_pixel(description({47, 3, 5}, 1, Affine::per_channel, 7))>());
    check(kernels_of<float, per_pixel(description({64, 3, 5}, 1, Affine::none, 1))>());
    check(kernels_of<float, per_pixel(description({1024, 1, 3}, 1, Affine::per_channel, 4))>());  // two strips
}

TEST_CASE("a weight without a bias") {
    check(kernels_of<double, without_bias(description({6, 3, 5}, 2, Affine::per_channel, 7))>());
    check(kernels_of<double, without_bias(description({17, 3, 3}, 1, Affine::per_element, 7, false))>());
}

TEST_CASE("in float") {
    check(kernels_of<float, description({6, 3, 5}, 2, Affine::per_channel, 7)>());
    check(kernels_of<float, description({16, 5, 3}, 16, Affine::none, 1)>());
    check(kernels_of<float, description({17, 3, 5}, 1, Affine::per_element, 7)>());
    check(kernels_of<float, description({23, 3, 3}, 0, Affine::none, 7)>());
}

TEST_CASE("without choices, as in evaluation, nothing is dropped") {
    check(kernels_of<double, description({6, 3, 5}, 2, Affine::per_channel, 7)>(), false);
    check(kernels_of<double, description({17, 3, 3}, 0, Affine::none, 7)>(), false);
}

TEST_CASE("an image of several strips drops the right units") {
    // 2,048 numbers a strip: this one has three, the last a short one.
    check(kernels_of<float, description({16, 1, 300}, 0, Affine::none, 6)>());
}

TEST_CASE("at 0 the ReLU lets no gradient through, and not-a-number stays in its output") {
    constexpr Pointwise s = description({3, 1, 1}, 0, Affine::none, 1);
    const float x[3] = {0, std::numeric_limits<float>::quiet_NaN(), 1};
    const float dy[3] = {5, 5, 5};
    float y[3];
    pointwise<float, s>(x, nullptr, {}, nullptr, nullptr, nullptr, y);
    CHECK(y[0] == 0);
    CHECK(std::isnan(y[1]));
    CHECK(y[2] == 1);
    float dx[3];
    pointwise_gradient<float, s, Write::assign>(x, {}, nullptr, nullptr, dy, nullptr, nullptr, dx);
    CHECK(dx[0] == 0);
    CHECK(dx[2] == 5);
}

TEST_CASE_TEMPLATE("inverse deviations, also in place", T, float, double) {
    std::vector<T> variance{0, 1, 4, T(0.25)};
    Guarded<T> inverse(4);
    invert_deviations<T>(3, T(0), variance.data() + 1, inverse.data());
    CHECK(inverse.values()[0] == 1);
    CHECK(inverse.values()[1] == T(0.5));
    CHECK(inverse.values()[2] == 2);
    invert_deviations<T>(4, T(1) / 4, variance.data(), variance.data());
    CHECK(variance[0] == 2);
}
