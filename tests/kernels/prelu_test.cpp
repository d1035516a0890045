#include "norma/kernels/prelu.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace prelu_test {

using namespace norma;
using namespace norma::kernels;

TEST_CASE_TEMPLATE("value and gradients, one slope and one per channel", T, float, double) {
    for (const int channels : {1, 3, 16, 21, 37}) {
        for (const int pixels : {1, 3, 4, 11, 130}) {
            for (const bool per_channel : {false, true}) {
                CAPTURE(channels);
                CAPTURE(pixels);
                CAPTURE(per_channel);
                const int size = pixels * channels;
                const int slopes = per_channel ? channels : 1;
                const std::vector<T> x = whole_numbers<T>(size, 1);
                const std::vector<T> slope = whole_numbers<T>(slopes, 2);
                const std::vector<T> dy = whole_numbers<T>(size, 3);
                const std::vector<T> old = whole_numbers<T>(size, 4);
                const std::vector<T> old_slope = whole_numbers<T>(slopes, 5);
                std::vector<T> value(x.size());
                std::vector<T> gradient(x.size());
                std::vector<T> gradient_added = old;
                std::vector<T> slope_added = old_slope;
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const std::size_t s = i % std::size_t(slopes);
                    value[i] = x[i] > 0 ? x[i] : slope[s] * x[i];
                    gradient[i] = x[i] > 0 ? dy[i] : slope[s] * dy[i];
                    gradient_added[i] += gradient[i];
                    slope_added[s] += x[i] > 0 ? 0 : dy[i] * x[i];
                }
                Guarded<T> y(size);
                prelu<T>(x.data(), slope.data(), slopes, size, y.data());
                CHECK(y.differences(value) == 0);
                Guarded<T> dx(dy);  // in place
                prelu_gradient<T, Write::assign>(x.data(), slope.data(), slopes, size, dx.data(), dx.data());
                CHECK(dx.differences(gradient) == 0);
                Guarded<T> added(old);
                prelu_gradient<T, Write::add>(x.data(), slope.data(), slopes, size, dy.data(), added.data());
                CHECK(added.differences(gradient_added) == 0);
                Guarded<T> ds(old_slope);
                prelu_slope_gradient<T>(x.data(), dy.data(), slopes, size, ds.data());
                CHECK(ds.differences(slope_added) == 0);
            }
        }
    }
}

TEST_CASE_TEMPLATE("NaN stays NaN", T, float, double) {
    const std::vector<T> x(21, std::numeric_limits<T>::quiet_NaN());
    const std::vector<T> slope(21, T(0.25));
    for (const int slopes : {1, 21}) {
        std::vector<T> y(21, T(0));
        prelu<T>(x.data(), slope.data(), slopes, 21, y.data());
        CHECK(std::none_of(y.begin(), y.end(), [](T v) { return v <= 0 || v >= 0; }));
    }
}

}  // namespace prelu_test
