#include "norma/ops/epilogue.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "norma/kernels/activations_hard.hpp"
#include "norma/ops/op.hpp"
#include "op_checks.hpp"

namespace epilogue_test {

using namespace norma;
using op_checks::check_op;

static_assert(ops::HasEpilogue<ops::Convolution> && ops::HasEpilogue<ops::Depthwise> &&
              ops::HasEpilogue<ops::TransposedConvolution> && !ops::HasEpilogue<ops::Linear>);

TEST_CASE("a ReLU in the epilogue of a convolution is a ReLU after it") {
    static constexpr ops::Depthwise plain{
        {.input = {5, 4, 3}, .output = {5, 4, 3}, .kernel = {3, 3}, .padding = {1, 1}}, true};
    constexpr ops::Depthwise fused{plain.shape, true, {.activation = kernels::activation_of<activation::ReLU>}};
    static_assert(fused.facts().backward_reads_output && !plain.facts().backward_reads_output);
    check_op<fused>({{5, 4, 3}}, [](const op_checks::OpInputs& in, const double* weight, const double* bias) {
        op_checks::Numbers y = conformance::computed(plain, in, weight, bias);
        for (double& v : y) v = std::max(v, 0.0);
        return y;
    });
}

}  // namespace epilogue_test
