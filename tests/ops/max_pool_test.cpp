#include "norma/ops/max_pool.hpp"

#include <doctest/doctest.h>

#include "op_checks.hpp"

namespace max_pool_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("the largest of windows that overlap, of windows with padding, and of windows side by side") {
    check_op<ops::MaxPool{{{3, 7, 8}, {3, 3, 4}, {3, 2}, {2, 2}}}>({{3, 7, 8}});
    check_op<ops::MaxPool{{{5, 4, 3}, {5, 4, 3}, {3, 3}, {1, 1}, {1, 1}}}>({{5, 4, 3}});
    check_op<ops::MaxPool{{{17, 2, 4}, {17, 1, 2}, {2, 2}, {2, 2}}}>({{17, 2, 4}});
}

TEST_CASE("with marks a max pool's backward pass reads nothing else") {
    check_op<ops::MaxPool{{{3, 7, 8}, {3, 3, 4}, {3, 2}, {2, 2}}, true}>({{3, 7, 8}});
    check_op<ops::MaxPool{{{5, 4, 3}, {5, 4, 3}, {3, 3}, {1, 1}, {1, 1}}, true}>({{5, 4, 3}});
    constexpr ops::MaxPool halves{{{17, 2, 4}, {17, 1, 2}, {2, 2}, {2, 2}}, true};
    check_op<halves>({{17, 2, 4}});
    constexpr OpFacts facts = halves.facts();
    static_assert(facts.mask_count == 34 && !facts.backward_reads_input && !facts.backward_reads_output);
}

TEST_CASE("a max pool refuses more windows than there are, and other channels") {
    refuses(ops::MaxPool{{{3, 7, 8}, {3, 3, 5}, {3, 2}, {2, 2}}}, {{3, 7, 8}}, "a pool whose windows give 3x3x5");
    refuses(ops::MaxPool{{{3, 7, 8}, {4, 3, 4}, {3, 2}, {2, 2}}}, {{3, 7, 8}}, "a pool whose windows give 4x3x4");
}

}  // namespace max_pool_test
