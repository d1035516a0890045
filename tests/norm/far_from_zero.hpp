#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "../support/numbers.hpp"
#include "../support/probe.hpp"

/// Checks of norms on numbers that are large against their deviation.
namespace far_from_zero {

/// A norm of equal numbers is 0, to the last bit, and with a bias the bias.
template <class Norm, class T, norma::ShapeType Image, int Samples = 3>
void check_constant() {
    Probe<T, Samples, Image, Norm> probe;
    for (const T value : {T(1000.1f), T(3.3e6f), T(-0.7f)}) {
        for (const T shift : {T(0), T(0.375f)}) {
            INFO(Norm::name().view(), " of ", Image::channels, "x", Image::height, "x", Image::width, " times ", value);
            const std::size_t size = Samples * std::size_t(Image::size);
            probe.set_images(std::vector<T>(size, value));
            for (T& bias : probe.bias()) bias = shift;
            probe.train(real_numbers<T>(int(size), 1));
            CHECK(probe.y == std::vector<T>(size, probe.bias().empty() ? T(0) : shift));
        }
    }
}

/// Norm `Norm`, over all of its input, of 100 + noise of deviation 0.01 has no larger error, against double, than plain
/// loops in float that correct the mean by the mean of what is left.
template <class Norm, norma::ShapeType Image, int Samples>
void check_noise() {
    const std::size_t size = Samples * std::size_t(Image::size);
    std::vector<float> x = real_numbers<float>(int(size), 2, -0.017320508f, 0.017320508f);
    for (float& v : x) v += 100;
    Probe<float, Samples, Image, Norm> probe;
    probe.set_images(x);
    probe.train(std::vector<float>(size));

    const auto normalised = [&]<class S>(S) {
        const S count = S(size);
        S sum = 0, left = 0, squares = 0;
        for (const float v : x) sum += S(v);
        for (const float v : x) left += S(v) - sum / count;
        const S mean = sum / count + left / count;
        for (const float v : x) squares += (S(v) - mean) * (S(v) - mean);
        const S deviation = std::sqrt(squares / count + S(1e-5));
        std::vector<S> y;
        for (const float v : x) y.push_back((S(v) - mean) / deviation);
        return y;
    };
    const std::vector<double> exact = normalised(double());
    const double most = error_of(normalised(float()), exact);
    REQUIRE(most < 1e-3);
    CHECK(error_of(probe.y, exact) <= 1.01 * most);
}

}  // namespace far_from_zero
