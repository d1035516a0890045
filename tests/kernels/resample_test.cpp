#include "norma/kernels/resample.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"
#include "image.hpp"

namespace resample_test {

using namespace norma;
using namespace norma::kernels;

namespace {

/// An image of C × H × W to one of another height and width. For the sizes below all weights are exact in binary.
template <class T, Resampling R>
void check() {
    INFO(R.input.channels, "x", R.input.height, "x", R.input.width, " to ", R.output.height, "x", R.output.width);
    const std::vector<T> x = whole_numbers<T>(R.input.size(), 1);
    const std::vector<T> dy = whole_numbers<T>(R.output.size(), 2);
    const std::vector<T> old = whole_numbers<T>(R.input.size(), 3, 100);
    std::vector<T> y(dy.size());
    std::vector<T> dx(x.size());
    // Every pair of pixels: how much of the input pixel is in the output pixel.
    const auto part = [](int o, int i, int outputs, int inputs) -> double {
        const double scale = static_cast<double>(inputs) / outputs;
        if constexpr (R.sampling == Sampling::nearest) return i <= o * scale && o * scale < i + 1 ? 1.0 : 0.0;
        if constexpr (R.sampling == Sampling::bilinear) {
            const double at = std::clamp((o + 0.5) * scale - 0.5, 0.0, inputs - 1.0);
            return std::max(0.0, 1 - std::abs(at - i));
        }
        int window = 0;
        const auto overlaps = [&](int k) { return k * outputs < (o + 1) * inputs && (k + 1) * outputs > o * inputs; };
        for (int k = 0; k < inputs; ++k) window += overlaps(k);
        return overlaps(i) ? 1.0 / window : 0.0;
    };
    for (int oy = 0; oy < R.output.height; ++oy) {
        for (int ox = 0; ox < R.output.width; ++ox) {
            for (int iy = 0; iy < R.input.height; ++iy) {
                for (int ix = 0; ix < R.input.width; ++ix) {
                    const T weight = static_cast<T>(part(oy, iy, R.output.height, R.input.height) *
                                                    part(ox, ix, R.output.width, R.input.width));
                    for (int c = 0; c < R.input.channels; ++c) {
                        const auto in = static_cast<std::size_t>((iy * R.input.width + ix) * R.input.channels + c);
                        const auto out = static_cast<std::size_t>((oy * R.output.width + ox) * R.input.channels + c);
                        y[out] += weight * x[in];
                        dx[in] += weight * dy[out];
                    }
                }
            }
        }
    }
    Guarded<T> got(R.output.size());
    resample<T, R>(x.data(), got.data());
    CHECK(got.differences(y) == 0);
    Guarded<T> gradient(R.input.size());
    resample_gradient<T, R>(dy.data(), gradient.data());
    CHECK(gradient.differences(dx) == 0);
    gradient = Guarded<T>(old);
    resample_gradient<T, R, Write::add>(dy.data(), gradient.data());
    for (std::size_t i = 0; i < dx.size(); ++i) dx[i] += old[i];
    CHECK(gradient.differences(dx) == 0);
}

template <class T, Resampling R>
void compare_slices() {
    constexpr Resampling of{R.input, R.output, R.sampling, R.input.channels + 3, R.output.channels + 5};
    const Image from{R.input.pixels(), R.input.channels, of.input_pitch};
    const Image to{R.output.pixels(), R.output.channels, of.output_pitch};
    const std::vector<T> x = real_numbers<T>(R.input.size(), 1);
    const std::vector<T> dy = real_numbers<T>(R.output.size(), 2);
    std::vector<T> y(dy.size());
    std::vector<T> dx = real_numbers<T>(R.input.size(), 3);
    Guarded<T> y_slice = to.output<T>();
    Guarded<T> dx_slice(from.spread(dx));
    resample<T, R>(x.data(), y.data());
    resample<T, of>(from.spread_to_read(x).data(), y_slice.data());
    CHECK(y_slice.differences(to.spread(y)) == 0);
    resample_gradient<T, R, Write::add>(dy.data(), dx.data());
    resample_gradient<T, of, Write::add>(to.spread_to_read(dy).data(), dx_slice.data());
    CHECK(dx_slice.differences(from.spread(dx)) == 0);
    resample_gradient<T, R>(dy.data(), dx.data());
    resample_gradient<T, of>(to.spread_to_read(dy).data(), dx_slice.data());
    CHECK(dx_slice.differences(from.spread(dx)) == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("slices of wider images: the same bits, and nothing between the pixels is read or changed", T, float,
                   double) {
    compare_slices<T, Resampling{{19, 3, 4}, {19, 6, 8}, Sampling::bilinear}>();
    compare_slices<T, Resampling{{16, 5, 3}, {16, 7, 4}, Sampling::mean}>();
}

TEST_CASE("resampling and its gradient are sums over all pairs of pixels, bit by bit") {
    check<float, Resampling{{3, 4, 5}, {3, 8, 15}, Sampling::nearest}>();
    check<double, Resampling{{21, 2, 3}, {21, 2, 6}, Sampling::nearest}>();
    check<float, Resampling{{19, 3, 4}, {19, 6, 16}, Sampling::bilinear}>();
    check<double, Resampling{{70, 1, 3}, {70, 4, 6}, Sampling::bilinear}>();
    check<float, Resampling{{5, 6, 5}, {5, 4, 4}, Sampling::mean}>();  // windows of two rows or columns
    check<double, Resampling{{9, 5, 3}, {9, 7, 4}, Sampling::mean}>();
}

}  // namespace resample_test
