#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <span>

#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/predictor.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/layer.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/muon.hpp"
#include "norma/training/sgd.hpp"
#include "norma/training/weight_update.hpp"

// Counts what is allocated in this whole executable.

namespace {
std::atomic<long long> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
    ++allocations;
    const std::size_t whole = (size + alignment - 1) / alignment * alignment;
    if (void* const memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole)) return memory;
    throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t a) { return counted(size, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return counted(size, static_cast<std::size_t>(a)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept try {
    return ::operator new(size);
} catch (const std::bad_alloc&) {
    return nullptr;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

using namespace norma;

namespace {

template <class Norm>
void check_steps_allocate_nothing() {
    using Net = SmallNetwork<Norm>;
    Threads threads(1);
    Net net(1);
    const ToyBatch<float> batch(Net::input_extent, 20, 1, Net::outputs);
    Sgd<float> optimiser(net.parameters().size(), {0.9, 0.01, true});
    Executor<Net, training_mode> training(threads, 20);
    Executor<Net, evaluation_mode> evaluation(threads, 20);
    double loss = 0;
    const auto loss_of = [&](int i, const float* z, float* gradient) {
        loss += CrossEntropy{}(std::span(z, Net::outputs), batch.target(i), 0.05f, gradient);
    };

    const long long before = allocations;
    for (std::uint32_t step = 0; step < 3; ++step) {
        training.run(net, batch, loss_of, {1, step});
        if constexpr (Net::over_batch) training.track_statistics(net);
        optimiser.step(net.parameters(), training.gradient(), 0.01);
    }
    evaluation.run(net, batch, loss_of);
    CHECK(allocations == before);
    CHECK(loss > 0);
}

template <class Norm>
void check_predictions_allocate_nothing() {
    using Net = SmallNetwork<Norm>;
    const Net net(1);
    const Net other(2);
    const ToyBatch<float> batch(Net::input_extent, 4, 1, Net::outputs);
    Predictor<Net> predictor(net);
    float sum = 0;

    const long long before = allocations;
    for (int i = 0; i < 4; ++i) sum += predictor({batch.sample(i), std::size_t(Net::input_extent.size())})[0];
    predictor.update(other);
    for (int i = 0; i < 4; ++i) sum -= predictor({batch.sample(i), std::size_t(Net::input_extent.size())})[0];
    CHECK(allocations == before);
    CHECK(sum != 0);
}

/// Steps with every option of a trainer that changes weights.
template <template <class> class OptimiserOf>
void check_updates_allocate_nothing() {
    using Net = SmallNetwork<BatchNorm>;
    Net net(1);
    const std::size_t size = net.parameters().size();
    auto optimiser = detail::make_optimiser<OptimiserOf<float>>(size, parameter_infos<Net>, {});
    const detail::NetworkNumbers<float> numbers = detail::numbers_of(net);
    const auto rule = [](const ParameterInfo& p) { return ParameterGroup{.frozen = p.is_in("0")}; };
    detail::WeightUpdate<float> update(
        Owned<detail::TrainedGroups>(new detail::ParameterGroups<ParameterRule>(parameter_infos<Net>(), rule)),
        Lookahead{.every = 1}, WeightAverage{}, 2, 1, numbers);
    update.begin_epoch(numbers, 0);
    AlignedBuffer<float> gradient(size);

    const long long before = allocations;
    for (int step = 0; step < 6; ++step) {
        for (float& g : gradient) g = 0.5f;
        update.step(optimiser, numbers, std::span<float>(gradient), 4, 0.01, {0, step, 6});
    }
    CHECK(allocations == before);
}

}  // namespace

TEST_CASE("allocation: the counter counts") {
    const long long before = allocations;
    const AlignedBuffer<float> buffer(10);
    const ToyBatch<float> batch({1, 2, 2}, 3, 1);
    CHECK(allocations > before + 1);
}

TEST_CASE("allocation: steps of training and evaluation allocate nothing") {
    check_steps_allocate_nothing<BatchNorm>();
    check_steps_allocate_nothing<LayerNorm>();
}

TEST_CASE("allocation: groups, lookahead, an average and steps of several batches allocate nothing") {
    check_updates_allocate_nothing<Sgd>();
    check_updates_allocate_nothing<Muon>();
}

TEST_CASE("allocation: predictions one at a time allocate nothing, and new numbers neither") {
    check_predictions_allocate_nothing<BatchNorm>();
    check_predictions_allocate_nothing<LayerNorm>();
}
