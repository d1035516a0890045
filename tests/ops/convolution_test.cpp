#include "norma/ops/convolution.hpp"

#include <doctest/doctest.h>

#include "op_checks.hpp"

namespace convolution_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("direct convolutions: strides, padding, dilation, groups and a bias") {
    check_op<ops::Convolution{
        {.input = {3, 5, 6}, .output = {5, 3, 3}, .kernel = {3, 2}, .stride = {2, 2}, .padding = {1, 0}}, true}>(
        {{3, 5, 6}});
    check_op<ops::Convolution{{.input = {4, 5, 3},
                               .output = {18, 3, 3},
                               .kernel = {3, 3},
                               .padding = {1, 2},
                               .dilation = {2, 2},
                               .groups = 2}}>({{4, 5, 3}});
}

TEST_CASE("a convolution by Winograd's algorithm") {
    constexpr ops::Convolution op{{.input = {32, 8, 8}, .output = {32, 8, 8}, .kernel = {3, 3}, .padding = {1, 1}},
                                  true};
    static_assert(op.by_winograd());
    check_op<op>({{32, 8, 8}});
}

TEST_CASE("a convolution refuses sizes that do not fit each other") {
    constexpr kernels::Convolution shape{.input = {4, 5, 5}, .output = {6, 3, 3}, .kernel = {3, 3}};
    refuses(ops::Convolution{shape}, {{4, 5, 5}}, "");
    refuses(ops::Convolution{shape}, {{5, 5, 4}}, "an op that reads that shape, not 4x5x5");
    kernels::Convolution other = shape;
    other.groups = 4;
    refuses(ops::Convolution{other}, {{4, 5, 5}}, "channels that its 4 groups divide");
    other = shape;
    other.output = {6, 4, 3};
    refuses(ops::Convolution{other}, {{4, 5, 5}}, "a convolution whose kernel, stride and padding give 6x4x3");
}

}  // namespace convolution_test
