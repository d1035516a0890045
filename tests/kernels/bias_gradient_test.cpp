#include "norma/kernels/bias_gradient.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace bias_gradient_test {

template <class T, norma::Extent E>
void check() {
    const std::vector<T> dy = whole_numbers<T>(E.size(), 1);
    std::vector<T> expected = whole_numbers<T>(E.channels, 2, 100);
    Guarded<T> dbias(expected);
    for (std::size_t i = 0; i < dy.size(); ++i) expected[i % expected.size()] += dy[i];
    norma::kernels::bias_gradient<T, E>(dy.data(), dbias.data());
    CHECK(dbias.differences(expected) == 0);
}

TEST_CASE("the gradient of a bias is the sum over the pixels") {
    check<float, norma::Extent{1, 3, 5}>();
    check<float, norma::Extent{147, 4, 3}>();  // more than eight packets, and all narrower ones
    check<double, norma::Extent{77, 1, 2}>();
}

}  // namespace bias_gradient_test
