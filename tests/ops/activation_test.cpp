#include "norma/ops/activation.hpp"

#include <doctest/doctest.h>

#include "norma/kernels/activations_hard.hpp"
#include "norma/kernels/activations_smooth.hpp"
#include "op_checks.hpp"

namespace activation_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

template <class F>
constexpr ops::Activation of(Extent extent) {
    return {extent, kernels::activation_of<F>};
}

TEST_CASE("activations by what their derivative is of: the sign of the output, or the input") {
    check_op<of<activation::ReLU>({3, 5, 7}), ops::Pointwise{of<activation::ReLU>({3, 5, 7}).part()}>({{3, 5, 7}});
    check_op<of<activation::GELU>({5, 3, 1}), ops::Pointwise{of<activation::GELU>({5, 3, 1}).part()}>({{5, 3, 1}});
}

TEST_CASE("an activation may overwrite its input if the sign of its output is enough") {
    static_assert(of<activation::ReLU>({3, 5, 7}).facts().may_overwrite_input);
    static_assert(!of<activation::GELU>({3, 5, 7}).facts().may_overwrite_input);
}

TEST_CASE("an activation refuses another shape") {
    refuses(of<activation::ReLU>({3, 5, 7}), {{3, 7, 5}}, "an op that reads that shape, not 3x5x7");
}

}  // namespace activation_test
