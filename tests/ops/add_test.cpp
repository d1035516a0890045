#include "norma/ops/add.hpp"

#include <doctest/doctest.h>

#include "op_checks.hpp"

namespace add_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("a sum of two values") {
    constexpr ops::Add op{{3, 5, 7}};
    check_op<op, ops::Pointwise{op.part()}>({{3, 5, 7}, {3, 5, 7}});
    static_assert(op.facts().passes_gradient[1] && op.facts().may_overwrite_input && op.facts().mask_count == 0);
}

TEST_CASE("a sum refuses values of two shapes") {
    refuses(ops::Add{{3, 5, 7}}, {{3, 5, 7}, {3, 7, 5}}, "a skip of that shape, not 3x7x5");
    refuses(ops::Add{{3, 5, 7}}, {{3, 7, 5}, {3, 5, 7}}, "an op that reads that shape, not 3x5x7");
}

}  // namespace add_test
