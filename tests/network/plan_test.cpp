#include "norma/network/plan.hpp"

#include <doctest/doctest.h>

#include <array>

namespace plan_test {

using namespace norma;

// The content of plans is tested in planner_test.cpp.

namespace {
constexpr Plan<4> cut = [] {
    Plan<4> plan;
    plan.segments = 2;
    plan.stages[2].segment = 1;
    plan.stages[3].segment = 1;
    return plan;
}();
}  // namespace

TEST_CASE("plan: the stages of a segment, in order") {
    CHECK(detail::stages_of_segment<cut, 0> == std::array{0, 1});
    CHECK(detail::stages_of_segment<cut, 1> == std::array{2, 3});
    CHECK(detail::stages_of_segment<cut, 2>.empty());
}

TEST_CASE("plan: a place is somewhere or nowhere") {
    CHECK_FALSE(Place{}.exists());
    CHECK(Place{false, 0}.exists());
    CHECK(Place{true, 16}.exists());
}

TEST_CASE("plan: moments of its own has a norm that looks at one sample at a time") {
    PlannedStage s;
    CHECK(s.is_pointwise());
    CHECK_FALSE(s.has_own_moments());
    s.stage.pointwise.normalises = true;
    CHECK(s.has_own_moments());
    s.stage.pointwise.couples_samples = true;
    CHECK_FALSE(s.has_own_moments());
    s.stage.pointwise.couples_samples = false;
    s.stage.kind = Stage::Kind::max_pool;
    CHECK_FALSE(s.has_own_moments());
}

}  // namespace plan_test
