#include "norma/kernels/softmax.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace softmax_test {

using namespace norma;
using namespace norma::kernels;

namespace {

template <class T, Extent E>
void check() {
    INFO(E.channels, " channels");
    const std::vector<T> x = real_numbers<T>(E.size(), 1, -30, 30);
    const std::vector<T> dy = real_numbers<T>(E.size(), 2);
    const std::vector<T> old = real_numbers<T>(E.size(), 3);
    std::vector<double> y(x.begin(), x.end());
    std::vector<double> dx(x.size());
    const std::size_t channels = std::size_t(E.channels);
    for (std::size_t pixel = 0; pixel < y.size(); pixel += channels) {
        double sum = 0;
        for (std::size_t c = pixel; c < pixel + channels; ++c) sum += y[c] = std::exp(y[c]);
        for (std::size_t c = pixel; c < pixel + channels; ++c) y[c] /= sum;
        for (std::size_t c = pixel; c < pixel + channels; ++c) {
            for (std::size_t k = pixel; k < pixel + channels; ++k) {
                dx[k] += dy[c] * y[c] * ((c == k ? 1.0 : 0.0) - y[k]);
            }
        }
    }
    const double most = sizeof(T) == 4 ? 1e-6 : 1e-14;
    Guarded<T> got(E.size());
    softmax<T, E>(x.data(), got.data());
    CHECK(got.intact());
    CHECK(error_of(got.copy(), y) < most);
    const std::vector<T> output(y.begin(), y.end());
    Guarded<T> gradient(E.size());
    softmax_gradient<T, E>(output.data(), dy.data(), gradient.data());
    CHECK(gradient.intact());
    CHECK(error_of(gradient.copy(), dx) < most);
    Guarded<T> in_place(dy);
    softmax_gradient<T, E>(output.data(), in_place.data(), in_place.data());
    CHECK(in_place.differences(gradient.copy()) == 0);
    gradient = Guarded<T>(old);
    softmax_gradient<T, E, Write::add>(output.data(), dy.data(), gradient.data());
    for (std::size_t i = 0; i < dx.size(); ++i) dx[i] += static_cast<double>(old[i]);
    CHECK(gradient.intact());
    CHECK(error_of(gradient.copy(), dx) < most);
}

}  // namespace

TEST_CASE("softmax and its gradient are those of plain loops in double") {
    check<float, Extent{1, 2, 2}>();
    check<float, Extent{7, 2, 3}>();
    check<double, Extent{21, 1, 3}>();
    check<float, Extent{139, 1, 2}>();
}

TEST_CASE("softmax of large numbers is finite, and NaN makes its pixel NaN") {
    constexpr Extent pixels{19, 1, 2};
    std::vector<float> x(38, 3e38f);
    x[4] = -3e38f;
    x[23] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> y(38);
    softmax<float, pixels>(x.data(), y.data());
    CHECK(y[0] == doctest::Approx(1.0 / 18));
    CHECK(y[4] == 0.0f);
    CHECK(std::all_of(y.begin() + 19, y.end(), [](float v) { return std::isnan(v); }));
}

}  // namespace softmax_test
