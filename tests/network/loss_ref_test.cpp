#include "norma/network/loss_ref.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/parallel.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/tap.hpp"
#include "norma/network/executor.hpp"
#include "norma/testing/toy_batch.hpp"

namespace loss_ref_test {

using namespace norma;

TEST_CASE("loss: it is called with or without the named values") {
    constexpr PlannedTap taps[] = {{"a", {2, 1, 1}, {false, 4}, {false, 16}}, {"b", {1, 1, 1}, {true, 0}, {}}};
    float arena[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    float store[2] = {8, 9};
    const StepPlaces places;
    const SharedState<float> shared{};
    const auto bytes = [](float* array) { return reinterpret_cast<std::byte*>(array); };
    const Arguments<float> arguments{places, shared, nullptr, bytes(arena), bytes(store), nullptr, {}, nullptr};
    const TapValues<float> values(taps, arguments);
    CHECK(values.size() == 2);
    CHECK(values.name(1) == "b");
    CHECK(values.number("b") == 1);
    CHECK(values.number("c") == 2);
    CHECK(std::ranges::equal(values.value(0), std::array{1.0f, 2.0f}));
    CHECK(std::ranges::equal(values.value(1), std::array{8.0f}));
    CHECK(values.gradient(1).empty());

    int seen = 0;
    const auto four = [&](int i, const float*, float*, const TapValues<float>& of) { seen = i + int(of.size()); };
    LossRef<float> loss(four);
    loss(3, arena, nullptr, values);
    CHECK(seen == 5);
    loss(3, arena, nullptr);
    CHECK(seen == 3);
    const auto three = [&](int i, const float*, float* gradient) { gradient[0] = float(i); };
    loss = LossRef<float>(three);
    loss(6, arena, arena, values);
    CHECK(std::ranges::equal(arena, std::array{6.0f, 1.0f, 2.0f, 3.0f, 0.0f, 0.0f, 6.0f, 7.0f}));
}

TEST_CASE("loss: one that takes no taps gives auxiliary heads no gradient") {
    using Small = Network<Shape<2, 2, 2>, Conv2d<2, 1>, Tap<"aux", Linear<2>>, Linear<2>>;
    const Small net(3);
    Threads threads(1);
    Executor<Small, training_mode> executor(threads, 3);
    executor.run(net, conformance::ToyBatch<float>(Small::input_extent, 3, 1),
                 [](int, const float*, float* gradient) { gradient[0] = gradient[1] = 1; });
    for (const Node& node : Small::graph.nodes) {
        const auto weight =
            executor.gradient().subspan(std::size_t(node.weight_offset), std::size_t(node.facts.weight_count));
        const bool is_zero = std::ranges::all_of(weight, [](float g) { return g == 0; });
        if (!weight.empty()) CHECK(is_zero == (node.layer == 2));
    }
}

}  // namespace loss_ref_test
