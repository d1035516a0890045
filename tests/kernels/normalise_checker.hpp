#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <norma/core/fixed_string.hpp>
#include <norma/kernels/activations_hard.hpp>
#include <norma/kernels/normalise.hpp>

#include "../support/numbers.hpp"
#include "image.hpp"

/// What the tests of normalise.hpp and normalise_gradient.hpp share: the descriptions that both run, random arrays, and
/// plain loops.
namespace normalise_checker {

using namespace norma;
using namespace norma::kernels;

inline constexpr DropoutRate half{32768};

/// All arrays of one pass, in double.
struct Arrays {
    std::vector<double> x;
    std::vector<double> skip;
    std::vector<double> weight;
    std::vector<double> bias;
    std::vector<std::uint8_t> keep;
    std::vector<double> dy;
};

inline Arrays drawn(const Pointwise& s, std::uint64_t seed) {
    Arrays a;
    a.x = real_numbers<double>(s.extent.size(), seed, -2, 3);
    a.skip = real_numbers<double>(s.extent.size(), seed + 1);
    a.weight = real_numbers<double>(s.weight_count(), seed + 2, 0.5, 1.5);
    a.bias = real_numbers<double>(s.bias_count(), seed + 3, -0.5, 0.5);
    a.dy = real_numbers<double>(s.extent.size(), seed + 4);
    for (const int k : whole_numbers<int>(s.extent.size(), seed + 5, 1)) a.keep.push_back(k >= 0 ? 1 : 0);
    return a;
}

/// y = drop(skip + relu(norm(x))) by its definition, one element after another.
inline std::vector<double> plain(const Pointwise& s, const Arrays& a, bool drops) {
    const auto channels = static_cast<std::size_t>(s.extent.channels);
    const std::size_t per_group = channels / static_cast<std::size_t>(s.groups);
    const double epsilon = s.epsilon.as<double>();
    const std::size_t size = a.x.size();
    std::vector<double> y(size);
    const std::size_t domains = s.per_pixel ? size / channels : static_cast<std::size_t>(s.groups);
    const auto count = static_cast<long double>(size / domains);
    const double* const x = a.x.data();
    std::vector<std::size_t> domain(size);
    std::vector<long double> mean(domains);
    std::vector<long double> variance(domains);
    for (std::size_t e = 0; e < size; ++e) {
        const std::size_t d = s.per_pixel ? e / channels : e % channels / per_group;
        domain[e] = d;
        if (s.subtracts_mean) mean[d] += x[e];
    }
    for (long double& m : mean) m /= count;
    for (std::size_t e = 0; e < size; ++e) {
        const long double centred = x[e] - mean[domain[e]];
        variance[domain[e]] += centred * centred;
    }
    std::vector<long double> root(domains);
    for (std::size_t d = 0; d < domains; ++d) root[d] = std::sqrt(variance[d] / count + epsilon);
    for (std::size_t e = 0; e < size; ++e) {
        long double v = x[e];
        if (s.normalises) v = (v - mean[domain[e]]) / root[domain[e]];
        const std::size_t at = s.affine == Affine::per_element ? e : e % channels;
        if (s.normalises && s.affine != Affine::none) v = v * a.weight[at] + (s.has_bias ? a.bias[at] : 0);
        if (s.activation && v < 0) v = 0;
        if (s.adds_skip) v += a.skip[e];
        if (drops) v = a.keep[e] ? v * 65536 / (65536 - s.rate.threshold) : 0;
        y[e] = static_cast<double>(v);
    }
    return y;
}

template <class T>
std::vector<T> as(const std::vector<double>& from) {
    return {from.begin(), from.end()};
}

/// Bits 0, 1, 2 of `parts`: ReLU, skip, dropout.
constexpr Pointwise description(Extent extent, int groups, Affine affine, int parts, bool subtracts_mean = true) {
    Pointwise s{};
    s.extent = extent;
    s.normalises = groups > 0;
    s.groups = groups > 0 ? groups : 1;
    s.subtracts_mean = subtracts_mean;
    s.affine = affine;
    if ((parts & 1) != 0) s.activation = activation_of<norma::activation::ReLU>;
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

/// The arrays of one pass, in double and as `T`.
template <class T>
struct Inputs {
    Arrays doubles;
    std::vector<T> x = as<T>(doubles.x);
    std::vector<T> skip = as<T>(doubles.skip);
    std::vector<T> weight = as<T>(doubles.weight);
    std::vector<T> bias = as<T>(doubles.bias);
};

template <class T>
using OwnMoments = void(const T* x, T* mean, T* inverse);
template <class T, Pointwise S>
constexpr OwnMoments<T>* own_moments_of() {
    if constexpr (S.normalises) return own_moments<T, S>;
    return nullptr;
}

/// The same with x and y as slices of wider images.
constexpr Pointwise of_slices(Pointwise s) {
    s.input_pitch = s.extent.channels + 3;
    s.output_pitch = s.extent.channels + 5;
    return s;
}

inline std::string words_of(const Pointwise& s) {
    const auto number = [](int n) { return std::to_string(n); };
    return shape_text(s.extent) + ", norm " + number(s.normalises) + ", groups " + number(s.groups) + ", per pixel " +
           number(s.per_pixel) + ", mean " + number(s.subtracts_mean) + ", affine " +
           number(static_cast<int>(s.affine)) + ", bias " + number(s.has_bias) + ", relu " +
           number(bool(s.activation)) + ", skip " + number(s.adds_skip) + ", drops " + number(s.drops);
}

/// Calls `check.operator()<T, S>(drops)`. The functions below do so for several number types and descriptions.
template <class T, Pointwise S, class Check>
void run(const Check& check, bool drops = true) {
    check.template operator()<T, S>(drops);
}

template <class T, Extent E, int Groups, Affine A, class Check>
void all_parts(const Check& check) {
    simd::unroll<8>([&](auto parts) { run<T, description(E, Groups, A, int(parts))>(check); });
}
template <class Check>
void affines(const Check& check) {
    all_parts<double, Extent{6, 3, 5}, 2, Affine::none>(check);
    all_parts<double, Extent{6, 3, 5}, 2, Affine::per_channel>(check);
    all_parts<double, Extent{6, 3, 5}, 2, Affine::per_element>(check);
}
template <class Check>
void without_norm(const Check& check) {
    all_parts<double, Extent{17, 3, 3}, 0, Affine::none>(check);
}
template <class Check>
void groups(const Check& check) {
    run<double, description({6, 3, 3}, 1, Affine::per_channel, 1)>(check);
    run<double, description({6, 3, 3}, 6, Affine::per_channel, 1)>(check);
    run<double, description({16, 5, 3}, 4, Affine::per_channel, 7)>(check);
    run<double, description({17, 3, 3}, 1, Affine::per_element, 3)>(check);
    run<double, description({17, 3, 3}, 17, Affine::per_channel, 3)>(check);
    run<double, description({33, 1, 3}, 3, Affine::per_channel, 1)>(check);
}
template <class Check>
void mean_not_subtracted(const Check& check) {
    run<double, description({6, 3, 5}, 2, Affine::none, 0, false)>(check);
    run<double, description({6, 3, 5}, 2, Affine::per_channel, 7, false)>(check);
    run<double, description({17, 3, 3}, 1, Affine::per_element, 1, false)>(check);
}
template <class Check>
void pixels(const Check& check) {
    simd::unroll<8>([&](auto parts) {
        run<double, per_pixel(description({6, 3, 5}, 1, Affine::per_channel, int(parts)))>(check);
    });
    run<double, per_pixel(description({2, 2, 3}, 1, Affine::per_channel, 0))>(check);
    run<double, per_pixel(description({17, 1, 1}, 1, Affine::none, 1))>(check);
    run<double, per_pixel(description({17, 3, 3}, 1, Affine::per_element, 7))>(check);
    run<double, per_pixel(description({33, 2, 3}, 1, Affine::per_channel, 3, false))>(check);
    run<double, without_bias(per_pixel(description({23, 2, 3}, 1, Affine::per_channel, 1)))>(check);
    run<double, without_bias(per_pixel(description({7, 2, 3}, 1, Affine::per_element, 1)))>(check);
    run<float, per_pixel(description({47, 3, 5}, 1, Affine::per_channel, 7))>(check);
    run<float, per_pixel(description({64, 3, 5}, 1, Affine::none, 1))>(check);
    run<float, per_pixel(description({1024, 1, 3}, 1, Affine::per_channel, 4))>(check);  // two strips
}
template <class Check>
void weights_alone(const Check& check) {
    run<double, without_bias(description({6, 3, 5}, 2, Affine::per_channel, 7))>(check);
    run<double, without_bias(description({17, 3, 3}, 1, Affine::per_element, 7, false))>(check);
}
template <class Check>
void floats(const Check& check) {
    run<float, description({6, 3, 5}, 2, Affine::per_channel, 7)>(check);
    run<float, description({16, 5, 3}, 16, Affine::none, 1)>(check);
    run<float, description({17, 3, 5}, 1, Affine::per_element, 7)>(check);
    run<float, description({23, 3, 3}, 0, Affine::none, 7)>(check);
}
template <class Check>
void evaluation(const Check& check) {
    run<double, description({6, 3, 5}, 2, Affine::per_channel, 7)>(check, false);
    run<double, description({17, 3, 3}, 0, Affine::none, 7)>(check, false);
}
template <class Check>
void strips(const Check& check) {
    // 2,048 numbers a strip: this one has three, the last a short one.
    run<float, description({16, 1, 300}, 0, Affine::none, 6)>(check);
}

/// Runs `check` for all of the above.
template <class Check>
void every_description(const Check& check) {
    SUBCASE("every combination of ReLU, skip and dropout, by affine") { affines(check); }
    SUBCASE("without a norm: ReLU, skip and dropout alone and together") { without_norm(check); }
    SUBCASE("every division into groups") { groups(check); }
    SUBCASE("norms that do not subtract the mean") { mean_not_subtracted(check); }
    SUBCASE("every pixel by itself") { pixels(check); }
    SUBCASE("a weight without a bias") { weights_alone(check); }
    SUBCASE("in float") { floats(check); }
    SUBCASE("without choices, as in evaluation, nothing is dropped") { evaluation(check); }
    SUBCASE("an image of several strips drops the right units") { strips(check); }
}

}  // namespace normalise_checker
