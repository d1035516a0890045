#include "norma/kernels/multiply.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace multiply_test {

using namespace norma;
using namespace norma::kernels;

TEST_CASE_TEMPLATE("products of elements, and with a constant", T, float, double) {
    for (const int size : {1, 7, 16, 31, 45}) {
        CAPTURE(size);
        const std::vector<T> a = whole_numbers<T>(size, 1);
        const std::vector<T> b = whole_numbers<T>(size, 2);
        const std::vector<T> old = whole_numbers<T>(size, 3);
        std::vector<T> product(a.size());
        std::vector<T> product_added = old;
        std::vector<T> scaled(a.size());
        std::vector<T> scaled_added = old;
        for (std::size_t i = 0; i < a.size(); ++i) {
            product[i] = a[i] * b[i];
            product_added[i] += a[i] * b[i];
            scaled[i] = 5 * a[i];
            scaled_added[i] += 5 * a[i];
        }
        Guarded<T> y(size);
        multiply<T, Write::assign>(a.data(), b.data(), size, y.data());
        CHECK(y.differences(product) == 0);
        Guarded<T> added(old);
        multiply<T, Write::add>(a.data(), b.data(), size, added.data());
        CHECK(added.differences(product_added) == 0);
        Guarded<T> z(a);  // in place
        scale<T, Write::assign>(5, z.data(), size, z.data());
        CHECK(z.differences(scaled) == 0);
        Guarded<T> more(old);
        scale<T, Write::add>(5, a.data(), size, more.data());
        CHECK(more.differences(scaled_added) == 0);
    }
}

TEST_CASE_TEMPLATE("products with a number per channel, and their sums over pixels", T, float, double) {
    for (const int channels : {1, 3, 16, 21, 37}) {
        for (const int pixels : {1, 3, 4, 11}) {
            CAPTURE(channels);
            CAPTURE(pixels);
            const std::vector<T> a = whole_numbers<T>(pixels * channels, 1);
            const std::vector<T> b = whole_numbers<T>(pixels * channels, 2);
            const std::vector<T> factor = whole_numbers<T>(channels, 3);
            const std::vector<T> old = whole_numbers<T>(pixels * channels, 4);
            const std::vector<T> old_sum = whole_numbers<T>(channels, 5);
            std::vector<T> product(a.size());
            std::vector<T> product_added = old;
            std::vector<T> sum(factor.size(), T(0));
            std::vector<T> sum_added = old_sum;
            for (std::size_t i = 0; i < a.size(); ++i) {
                const std::size_t c = i % std::size_t(channels);
                product[i] = a[i] * factor[c];
                product_added[i] += a[i] * factor[c];
                sum[c] += a[i] * b[i];
                sum_added[c] += a[i] * b[i];
            }
            Guarded<T> y(pixels * channels);
            multiply_channels<T, Write::assign>(a.data(), factor.data(), pixels, channels, y.data());
            CHECK(y.differences(product) == 0);
            Guarded<T> added(old);
            multiply_channels<T, Write::add>(a.data(), factor.data(), pixels, channels, added.data());
            CHECK(added.differences(product_added) == 0);
            Guarded<T> s(channels);
            sum_channel_products<T, Write::assign>(a.data(), b.data(), pixels, channels, s.data());
            CHECK(s.differences(sum) == 0);
            Guarded<T> more(old_sum);
            sum_channel_products<T, Write::add>(a.data(), b.data(), pixels, channels, more.data());
            CHECK(more.differences(sum_added) == 0);
        }
    }
}

}  // namespace multiply_test
