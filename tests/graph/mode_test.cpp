#include "norma/graph/mode.hpp"

#include <doctest/doctest.h>

namespace mode_test {

using namespace norma;

TEST_CASE("mode: training does everything, evaluation nothing, recalibration takes only the batch's statistics") {
    CHECK((training_mode.gradients && training_mode.batch_statistics && training_mode.dropout));
    CHECK_FALSE((evaluation_mode.gradients || evaluation_mode.batch_statistics || evaluation_mode.dropout));
    CHECK(update_bn_mode.batch_statistics);
    CHECK_FALSE((update_bn_mode.gradients || update_bn_mode.dropout));
}

}  // namespace mode_test
