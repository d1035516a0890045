#include "norma/layers/softmax.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace softmax_test {

using namespace norma;

TEST_CASE_TEMPLATE("Softmax is PyTorch's over the channels", T, float, double) {
    golden_layer::check<T, 2, Shape<21, 2, 3>, Softmax>("softmax");
}

}  // namespace softmax_test
