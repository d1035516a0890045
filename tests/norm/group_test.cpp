#include "norma/norm/group.hpp"

#include <doctest/doctest.h>

#include "golden_norm.hpp"

using namespace norma;

static_assert(NormPolicy<GroupNorm<1>> && NormPolicy<GroupNorm<2>>);
static_assert(!GroupNorm<2>::couples_samples);
static_assert(GroupNorm<2>::groups(16) == 2);
static_assert(GroupNorm<32>::name().view() == "GroupNorm<32>");

TEST_CASE("GroupNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<GroupNorm<1>>("group1");
    golden_norm::check_everywhere<GroupNorm<2>>("group2");
    golden_norm::check_everywhere<GroupNorm<6>>("instance");
}
