#include "norma/norm/none.hpp"

#include <doctest/doctest.h>

#include "../support/numbers.hpp"
#include "../support/probe.hpp"

namespace none_test {

using namespace norma;

static_assert(NormPolicy<NoNorm>);
static_assert(!NoNorm::normalises && !NoNorm::over_batch);

TEST_CASE("NoNorm does not change values and gradients, and has no parameters") {
    using Small = Probe<float, 2, Shape<3, 2, 2>, NoNorm>;
    static_assert(Small::Net::parameter_count == Probe<float, 2, Shape<3, 2, 2>>::Net::parameter_count);
    Small probe;
    const std::vector<float> x = whole_numbers<float>(24, 1);
    const std::vector<float> dy = whole_numbers<float>(24, 2);
    probe.set_images(x);
    probe.train(dy);
    CHECK(probe.y == x);
    CHECK(probe.dx == dy);
}

}  // namespace none_test
