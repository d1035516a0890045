#include "norma/graph/schedule.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "plan_of.hpp"

namespace schedule_test {

using namespace norma;
using namespace graph_support;
using detail::Schedule;

namespace {

constexpr Extent extent{5, 2, 2};

std::vector<int> nodes(const Schedule& schedule, int segment) {
    return {schedule.nodes(segment).begin(), schedule.nodes(segment).end()};
}
std::vector<int> backward_reads(const Schedule& schedule, int node) {
    std::vector<int> reads;
    schedule.backward_reads(node, [&](int v) { reads.push_back(v); });
    return reads;
}

}  // namespace

TEST_CASE("schedule: a node is in the earliest segment that has its inputs; norms at equal depth share a barrier") {
    // Nodes 0 and 2 are two branches, each with a norm; node 4 adds them, and node 5 is a norm of that.
    const FusedGraph graph =
        graph_of(extent, {made_up(extent, 0), made_up_norm(extent, 1), made_up(extent, 0), made_up_norm(extent, 3),
                          made_up(extent, 2, 4), made_up_norm(extent, 5)});
    const Schedule schedule(detail::GraphView(graph), training_mode);
    CHECK(schedule.segments() == 3);
    CHECK(nodes(schedule, 0) == std::vector{0, 2});
    CHECK(nodes(schedule, 1) == std::vector{1, 3, 4});
    CHECK(nodes(schedule, 2) == std::vector{5});
    CHECK(schedule.segment_of_value(0) == 0);
    CHECK(schedule.segment_of_value(4) == 1);
    std::vector<int> norms;
    schedule.for_each_norm(1, [&](int i) { norms.push_back(i); });
    CHECK(norms == std::vector{1, 3});
}

TEST_CASE("schedule: passes go forward through the segments, and back where the mode has gradients") {
    const FusedGraph graph = graph_of(extent, {made_up_norm(extent, 0), made_up_norm(extent, 1)});
    const Schedule training(detail::GraphView(graph), training_mode);
    CHECK(training.passes() == 5);
    const std::vector<int> segments{0, 1, 2, 1, 0};
    for (int pass = 0; pass < 5; ++pass) CHECK(training.segment_of_pass(pass) == segments[std::size_t(pass)]);
    for (int segment = 0; segment < 3; ++segment) CHECK(training.backward_pass(segment) == 4 - segment);
    CHECK(Schedule(detail::GraphView(graph), update_bn_mode).passes() == 3);
}

TEST_CASE("schedule: only input 0 of a norm waits for the batch; a skip of a later segment makes the norm wait too") {
    const FusedGraph graph = graph_of(extent, {made_up_norm(extent, 0), made_up_norm(extent, 1),
                                               made_up_norm(extent, 0, 1), made_up_norm(extent, 0, 2)});
    const Schedule schedule(detail::GraphView(graph), training_mode);
    CHECK(schedule.segments() == 3);
    CHECK(schedule.segment(2) == 1);
    CHECK(schedule.segment(3) == 2);
}

TEST_CASE("schedule: the backward step reads the inputs whose gradient it computes, and the output") {
    FusedNode node = made_up(extent, 1, 0);
    CHECK(backward_reads(Schedule(detail::GraphView(graph_of(extent, {node})), training_mode), 0).empty());
    node.facts.backward_reads_input = true;
    node.facts.backward_reads_output = true;
    const auto reads = [&] {
        const FusedGraph graph = graph_of(extent, {made_up(extent, 0), node});
        return backward_reads(Schedule(detail::GraphView(graph), training_mode), 1);
    };
    CHECK(reads() == std::vector{1, 0, 2});
    node.facts.passes_gradient[1] = true;
    CHECK(reads() == std::vector{1, 2});
    node.overwrites_input = true;
    CHECK(reads() == std::vector{2, 2});
}

}  // namespace schedule_test
