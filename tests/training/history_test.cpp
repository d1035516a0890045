#include "norma/training/history.hpp"

#include <doctest/doctest.h>

namespace history_test {

using namespace norma;

TEST_CASE("history: empty at first") {
    const History history;
    CHECK(history.epochs.empty());
    CHECK(history.batch_loss.empty());
    CHECK(history.batch_accuracy.empty());
    CHECK_FALSE(history.recalibrated.has_value());
    CHECK(EpochRecord{}.epoch == 0);
    CHECK(EpochRecord{}.seconds == 0);
}

}  // namespace history_test
