#include <doctest/doctest.h>

#include <ratio>

#include "norma/graph/planner.hpp"
#include "norma/norma.hpp"

namespace constant_plan_test {

// The compiler makes a plan in parts, `make_plan` at once and at run time. Both must give the same: a compiler that
// shares or truncates a constant would give a wrong plan without a word.

using namespace norma;

namespace {

template <class Net, Mode M>
void same_at_run_time() {
    constexpr auto& made = Net::template plan<M>;
    const auto expected = detail::make_plan(Net::graph, M);
    CHECK(made.output == expected.output);
    CHECK(made.segments == expected.segments);
    CHECK(made.arena_size == expected.arena_size);
    CHECK(made.store_size == expected.store_size);
    CHECK(made.part_size == expected.part_size);
    CHECK(made.folded_size == expected.folded_size);
    CHECK(made.block == expected.block);
    CHECK(made.reused_size == expected.reused_size);
    CHECK(made.scratch_size == expected.scratch_size);
    CHECK(made.prepared_size == expected.prepared_size);
    REQUIRE(made.taps.size() == expected.taps.size());
    for (std::size_t t = 0; t < made.taps.size(); ++t) {
        CHECK(made.taps[t].name == expected.taps[t].name);
        CHECK(made.taps[t].value == expected.taps[t].value);
        CHECK(made.taps[t].gradient == expected.taps[t].gradient);
    }
    REQUIRE(made.norms.size() == expected.norms.size());
    for (std::size_t n = 0; n < made.norms.size(); ++n) {
        CHECK(made.norms[n].node == expected.norms[n].node);
        CHECK(made.norms[n].segment == expected.norms[n].segment);
        CHECK(made.norms[n].part_offset == expected.norms[n].part_offset);
    }
    REQUIRE(made.nodes.size() == expected.nodes.size());
    for (std::size_t i = 0; i < made.nodes.size(); ++i) {
        const FusedNode& a = made.nodes[i];
        const FusedNode& b = expected.nodes[i];
        CHECK(a.op == b.op);
        CHECK(a.inputs[0] == b.inputs[0]);
        CHECK(a.inputs[1] == b.inputs[1]);
        CHECK(a.last == b.last);
        CHECK(a.norm == b.norm);
        CHECK(a.overwrites_input == b.overwrites_input);
    }
    REQUIRE(made.tasks.size() == expected.tasks.size());
    for (std::size_t t = 0; t < made.tasks.size(); ++t) CHECK(made.tasks[t] == expected.tasks[t]);
    REQUIRE(made.passes.size() == expected.passes.size());
    for (std::size_t p = 0; p < made.passes.size(); ++p) {
        CHECK(made.passes[p].first == expected.passes[p].first);
        CHECK(made.passes[p].last == expected.passes[p].last);
        CHECK(made.passes[p].segment == expected.passes[p].segment);
        CHECK(made.passes[p].reads_first == expected.passes[p].reads_first);
        CHECK(made.passes[p].reads_last == expected.passes[p].reads_last);
    }
    REQUIRE(made.reads.size() == expected.reads.size());
    for (std::size_t r = 0; r < made.reads.size(); ++r) CHECK(made.reads[r] == expected.reads[r]);
    REQUIRE(made.steps.size() == expected.steps.size());
    for (std::size_t s = 0; s < made.steps.size(); ++s) {
        const Step& a = made.steps[s];
        const Step& b = expected.steps[s];
        CHECK(a.action == b.action);
        CHECK(a.node == b.node);
        CHECK(a.task == b.task);
        CHECK(a.prefetches == b.prefetches);
        CHECK(a.by_block == b.by_block);
        CHECK(a.run.first == b.run.first);
        CHECK(a.run.last == b.run.last);
        for (int k = 0; k < most_inputs; ++k) {
            CHECK(a.places.inputs[k] == b.places.inputs[k]);
            CHECK(a.places.input_gradients[k] == b.places.input_gradients[k]);
        }
        CHECK(a.places.output == b.places.output);
        CHECK(a.places.mask == b.places.mask);
        CHECK(a.places.moments == b.places.moments);
        CHECK(a.places.output_gradient == b.places.output_gradient);
        CHECK(a.places.weight_offset == b.places.weight_offset);
        CHECK(a.places.bias_offset == b.places.bias_offset);
        CHECK(a.places.statistics_offset == b.places.statistics_offset);
        CHECK(a.places.part_offset == b.places.part_offset);
        CHECK(a.places.prepared_offset == b.places.prepared_offset);
        CHECK(a.places.random == b.places.random);
    }
}
template <class Net>
void same_in_all_modes() {
    same_at_run_time<Net, training_mode>();
    same_at_run_time<Net, update_bn_mode>();
    same_at_run_time<Net, evaluation_mode>();
}

template <class Norm>
using Small = Network<Shape<3, 8, 8>, Block<4, 3, Norm>, Residual<Block<4, 1, Norm>>, Dropout<std::ratio<1, 5>>,
                      MaxPool2d<2>, Linear<10>>;
template <class Norm>
using Projected =
    Network<Shape<3, 8, 8>,
            ProjectedResidual<Sequential<Conv2d<4, 1, 2>, Norm>, Block<4, 3, Norm, 2, 1>, Conv2d<4, 3, 1, 1>, Norm>,
            ReLU, Repeat<6, Sequential<Residual<Block<4, 3, Norm, 1, 1>>, GELU>>, Linear<2>>;

}  // namespace

TEST_CASE("constant_plan: the compiler's plan is that of run time") {
    same_in_all_modes<Small<BatchNorm>>();
    same_in_all_modes<Small<GroupNorm<2>>>();
    same_in_all_modes<Small<NoNorm>>();
    same_in_all_modes<Projected<BatchNorm>>();
    same_in_all_modes<Projected<LayerNorm>>();
    same_in_all_modes<Network<Shape<3, 4, 4>>>();
}

}  // namespace constant_plan_test
