#include "norma/network/gradient_sum.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "../support/process_group.hpp"
#include "../support/toy_data.hpp"
#include "norma/norma.hpp"

namespace gradient_sum_test {

using namespace norma;
using detail::GradientRange;

namespace {

using Ranges = std::vector<GradientRange>;

Ranges list(ArrayView<GradientRange> ranges) { return {ranges.begin(), ranges.end()}; }

template <class Norm>
using Net = Network<Shape<2, 6, 6>, Block<5, 3, Norm>, Residual<Block<5, 1, Norm>>, Conv2d<3, 1>, Linear<4>>;

/// Gradients after two steps on batches of `samples`: the second begins with the memory of the first.
template <class AnyNet>
std::vector<float> gradients(int threads_count, int samples, Reducer& reducer) {
    Threads threads(threads_count, reducer);
    AnyNet net(1);
    Executor<AnyNet, training_mode> executor(threads, samples + 5);
    const auto train = [&](const ToyBatch<float>& batch, std::uint32_t step) {
        const auto loss_of = [&](int i, const float* z, float* gradient) {
            CrossEntropy{}(std::span(z, AnyNet::outputs), batch.target(i), 0.05f, gradient);
        };
        executor.run(net, batch, loss_of, {1, step});
    };
    train(ToyBatch<float>(AnyNet::input_extent, samples + 5, 2, AnyNet::outputs), 0);
    train(ToyBatch<float>(AnyNet::input_extent, samples, 1, AnyNet::outputs), 1);
    return {executor.gradient().begin(), executor.gradient().end()};
}

template <class AnyNet>
std::vector<float> gradients(int threads, int samples) {
    Reducer alone;
    return gradients<AnyNet>(threads, samples, alone);
}

template <class AnyNet>
void compare_bits_of_processes() {
    for (const int samples : {2, 21, 130}) {
        CAPTURE(samples);
        const std::vector<float> expected = gradients<AnyNet>(1, samples);
        for (const int processes : {2, 3, 4, 7, 16}) {
            CAPTURE(processes);
            std::vector<std::vector<float>> results(static_cast<std::size_t>(processes));
            const auto messages = ProcessGroup(processes, samples > 2).run([&](Reducer& reducer) {
                results[static_cast<std::size_t>(reducer.rank())] =
                    gradients<AnyNet>(1 + reducer.rank() % 2, samples, reducer);
            });
            for (const std::string& message : messages) CHECK(message == "");
            for (const std::vector<float>& result : results) CHECK(result == expected);
        }
    }
}

template <class AnyNet>
void compare_bits() {
    for (const int samples : {2, 21, 130, 1024}) {
        CAPTURE(samples);
        const std::vector<float> expected = gradients<AnyNet>(1, samples);
        CHECK(std::ranges::any_of(expected, [](float g) { return g != 0; }));
        for (const int threads : {2, 3, 7, 64}) {
            CAPTURE(threads);
            CHECK(gradients<AnyNet>(threads, samples) == expected);
        }
    }
}

}  // namespace

TEST_CASE("gradients are the same bits at 1, 2, 3, 7 and 64 threads") {
    compare_bits<Net<BatchNorm>>();
    compare_bits<Net<GroupNorm<1>>>();
    compare_bits<Net<LayerNorm>>();
}

TEST_CASE("gradients are the same bits in 1, 2, 3, 4, 7 and 16 processes") {
    compare_bits_of_processes<Net<BatchNorm>>();
    compare_bits_of_processes<Net<GroupNorm<1>>>();
    compare_bits_of_processes<Net<LayerNorm>>();
}

TEST_CASE("gradients: each pass sums those of the nodes that run backward in it") {
    const auto ranges = detail::gradient_ranges(plan_view<Net<BatchNorm>, training_mode>());
    const auto& nodes = Net<BatchNorm>::graph.nodes;
    REQUIRE(ranges.size() == 5);  // three segments
    CHECK(ranges[0].empty());
    CHECK(ranges[1].empty());
    const int second = 4;  // norm of the second block
    CHECK(list(ranges[2]) == Ranges{{nodes[second].weight_offset, Net<BatchNorm>::graph.parameters_size, false}});
    CHECK(list(ranges[3]) == Ranges{{nodes[1].weight_offset, nodes[second].weight_offset, false}});
    CHECK(list(ranges[4]) == Ranges{{0, nodes[1].weight_offset, false}});
}

TEST_CASE("gradients: one pass has one range, and a mode without gradients has no memory") {
    using Within = Net<GroupNorm<1>>;
    const auto ranges = detail::gradient_ranges(plan_view<Within, training_mode>());
    REQUIRE(ranges.size() == 1);
    CHECK(list(ranges[0]) == Ranges{{0, Within::graph.parameters_size, false}});
    Threads threads(4);
    Reducer alone;
    const detail::GradientSum<float> none(plan_view<Within, evaluation_mode>(), threads, alone, 64, {1024, 64, 1});
    CHECK(none.memory() == 0);
}

TEST_CASE("gradients: those that a chunk's first sample writes are not cleared before, but the padding after them is") {
    using Grouped = Net<GroupNorm<1>>;
    CHECK(detail::cleared_ranges(plan_view<Grouped, training_mode>()) ==
          detail::gradient_ranges(plan_view<Grouped, training_mode>()));
    // A weight and bias of 5 · 4 · 4 = 80 numbers have no padding, of 5 · 3 · 3 = 45 they have 3 numbers each.
    using Layered = Network<Shape<2, 6, 6>, Block<5, 3, LayerNorm>, Conv2d<5, 2>, LayerNorm, Linear<4>>;
    const auto cleared = detail::cleared_ranges(plan_view<Layered, training_mode>());
    const auto& nodes = Layered::graph.nodes;
    REQUIRE(cleared.size() == 1);
    const long long weight = nodes[4].weight_offset;
    const long long bias = nodes[4].bias_offset;
    CHECK(list(cleared[0]) == Ranges{{0, nodes[1].weight_offset, false},
                                     {nodes[3].weight_offset, weight, false},
                                     {weight + 45, bias, false},
                                     {bias + 45, Layered::graph.parameters_size, false}});
    // The second use of a shared norm adds to what the first wrote.
    using Twice = Network<Shape<2, 6, 6>, Shared<"norm", LayerNorm>, ReLU, Shared<"norm", LayerNorm>>;
    CHECK(detail::cleared_ranges(plan_view<Twice, training_mode>()) ==
          detail::gradient_ranges(plan_view<Twice, training_mode>()));
}

TEST_CASE("gradients: there are about as many arrays as threads") {
    const auto plan = plan_view<Net<GroupNorm<1>>, training_mode>();
    const std::size_t array = std::size_t(plan.parameters_size) * sizeof(float);
    const auto memory = [&](int count) {
        Threads threads(count);
        Reducer alone;
        return detail::GradientSum<float>(plan, threads, alone, 64, {1024, 64, 1}).memory();
    };
    CHECK(memory(1) == (1 + 1 + 6) * array);  // the sum, a thread, six levels
    CHECK(memory(4) == (1 + 6 + 6) * array);
    CHECK(memory(64) == (1 + 64) * array);
}

TEST_CASE("gradients: an exception in a chunk leaves no thread waiting, and the next step is as without it") {
    using AnyNet = Net<BatchNorm>;
    const std::vector<float> expected = gradients<AnyNet>(1, 1024);
    const ToyBatch<float> batch(AnyNet::input_extent, 1024, 1, AnyNet::outputs);
    for (const int count : {1, 2, 7, 64}) {
        CAPTURE(count);
        Threads threads(count);
        AnyNet net(1);
        Executor<AnyNet, training_mode> executor(threads, 1024);
        int bad = 0;
        const auto loss_of = [&](int i, const float* z, float* gradient) {
            if (i == bad) throw std::runtime_error("bad sample");
            CrossEntropy{}(std::span(z, AnyNet::outputs), batch.target(i), 0.05f, gradient);
        };
        for (bad = 0; bad < 1024; bad += 300) CHECK_THROWS_AS(executor.run(net, batch, loss_of), std::runtime_error);
        bad = -1;
        executor.run(net, batch, loss_of, {1, 1});
        CHECK(std::ranges::equal(executor.gradient(), expected));
    }
}

}  // namespace gradient_sum_test
