#include "norma/norm/group.hpp"

#include <doctest/doctest.h>

#include "far_from_zero.hpp"
#include "golden_norm.hpp"

namespace group_test {

using namespace norma;

static_assert(NormPolicy<GroupNorm<1>> && NormPolicy<GroupNorm<2>>);
static_assert(!GroupNorm<2>::over_batch);
static_assert(GroupNorm<2>::groups(16) == 2);
static_assert(GroupNorm<32>::name().view() == "GroupNorm<32>");

TEST_CASE("GroupNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<GroupNorm<1>>("group1");
    golden_norm::check_everywhere<GroupNorm<2>>("group2");
    golden_norm::check_everywhere<GroupNorm<6>>("instance");
}

TEST_CASE_TEMPLATE("GroupNorm of equal numbers is the bias", T, float, double) {
    far_from_zero::check_constant<GroupNorm<1>, T, Shape<16, 8, 8>>();
    far_from_zero::check_constant<GroupNorm<2>, T, Shape<6, 5, 7>>();
    far_from_zero::check_constant<GroupNorm<2>, T, Shape<14, 1, 1>>();
}

TEST_CASE("GroupNorm of 100 + noise is as exact as its mean can be in float") {
    far_from_zero::check_noise<GroupNorm<1>, Shape<48, 7, 7>, 1>();
}

}  // namespace group_test
