#include "norma/ops/pointwise.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>

#include "norma/kernels/activations_smooth.hpp"
#include "op_checks.hpp"

namespace pointwise_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("an activation and a skip in one loop, and a skip of two such values") {
    constexpr kernels::Pointwise shape{
        .extent = {3, 5, 7}, .activation = kernels::activation_of<activation::SiLU>, .adds_skip = true};
    check_op<ops::Pointwise{shape}>({{3, 5, 7}, {3, 5, 7}},
                                    [](const op_checks::OpInputs& in, const double*, const double*) {
                                        op_checks::Numbers y = in(1);
                                        for (std::size_t k = 0; k < y.size(); ++k) {
                                            y[k] += in(0)[k] / (1 + std::exp(-in(0)[k]));
                                        }
                                        return y;
                                    });
}

TEST_CASE("what is read and kept follows from the parts") {
    constexpr OpFacts norm =
        ops::Pointwise{{.extent = {6, 3, 5}, .normalises = true, .over_batch = true}, true}.facts();
    static_assert(norm.over_batch && norm.backward_reads_input && !norm.gradient_over_output);
    constexpr OpFacts running = ops::Pointwise{{.extent = {6, 3, 5}, .normalises = true, .over_batch = true}}.facts();
    static_assert(!running.over_batch && running.gradient_over_output);
    constexpr OpFacts skip = ops::Pointwise{{.extent = {6, 3, 5}, .adds_skip = true, .drops = true}}.facts();
    static_assert(skip.inputs == 2 && skip.passes_gradient[1] && skip.mask_count == 90 && !skip.backward_reads_input);
}

TEST_CASE("a pointwise op refuses another shape of its skip") {
    refuses(ops::Pointwise{{.extent = {6, 3, 5}, .adds_skip = true}}, {{6, 3, 5}, {6, 3, 4}},
            "a skip of that shape, not 6x3x4");
}

}  // namespace pointwise_test
