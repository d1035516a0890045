#include "norma/ops/average_pool.hpp"

#include <doctest/doctest.h>

#include "op_checks.hpp"

namespace average_pool_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("averages of windows that overlap, of windows with padding, and of windows side by side") {
    check_op<ops::AveragePool{{{3, 7, 8}, {3, 3, 4}, {3, 2}, {2, 2}}}>({{3, 7, 8}});
    check_op<ops::AveragePool{{{5, 4, 3}, {5, 4, 3}, {3, 3}, {1, 1}, {1, 1}}}>({{5, 4, 3}});
    check_op<ops::AveragePool{{{17, 2, 4}, {17, 1, 2}, {2, 2}, {2, 2}}}>({{17, 2, 4}});
}

TEST_CASE("an average pool reads nothing but the gradient of its output") {
    constexpr OpFacts facts = ops::AveragePool{{{3, 2, 2}, {3, 1, 1}, {2, 2}, {2, 2}}}.facts();
    static_assert(!facts.backward_reads_input && !facts.backward_reads_output && facts.is_cheap);
}

TEST_CASE("an average pool refuses more windows than there are") {
    refuses(ops::AveragePool{{{3, 7, 8}, {3, 3, 5}, {3, 2}, {2, 2}}}, {{3, 7, 8}}, "a pool whose windows give 3x3x5");
    refuses(ops::AveragePool{{{3, 7, 8}, {3, 3, 4}, {3, 2}, {2, 2}}}, {{3, 8, 7}},
            "an op that reads that shape, not 3x7x8");
}

}  // namespace average_pool_test
