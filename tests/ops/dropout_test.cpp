#include "norma/ops/dropout.hpp"

#include <doctest/doctest.h>

#include <cstddef>

#include "norma/testing/dropout_bits.hpp"
#include "op_checks.hpp"

namespace dropout_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("dropout keeps some units, larger by as much as the others are missing") {
    static constexpr ops::Dropout op{{3, 5, 7}, kernels::DropoutRate::nearest(1, 5)};
    const auto computed = [](const op_checks::OpInputs& in, const double*, const double*) {
        op_checks::Numbers y = in(0);
        std::size_t kept = 0;
        for (std::size_t k = 0; k < y.size(); ++k) {
            const bool drops = conformance::dropout_bits({0, Purpose::dropout, 0, 0, 0}, k) < op.rate.threshold;
            y[k] *= drops ? 0.0 : 65536.0 / (65536 - op.rate.threshold);
            kept += drops ? 0 : 1;
        }
        REQUIRE((kept > 60 && kept < 105));
        return y;
    };
    check_op<ops::Pointwise{op.part()}>({{3, 5, 7}}, computed);
    static_assert(op.facts().mask_count == 105 && !op.facts().backward_reads_input);
}

TEST_CASE("dropout refuses another shape") {
    refuses(ops::Dropout{{3, 5, 7}, {}}, {{5, 3, 7}}, "an op that reads that shape, not 3x5x7");
}

}  // namespace dropout_test
