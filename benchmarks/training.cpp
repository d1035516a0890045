#include <benchmark/benchmark.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cifar94/network.hpp"
#include "compare/network.hpp"
#include "norma/core/parallel.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/data/read_ahead.hpp"
#include "norma/data/synthetic.hpp"
#include "norma/training/trainer.hpp"
#include "support/main.hpp"
#include "support/median.hpp"
#ifdef NORMA_BENCH_PICTURES
#include "norma/data/image_folder.hpp"
#include "support/draw_pictures.hpp"
#endif

/// Measures what training costs beside its steps: the trainer beside a loop by hand, and batches that are transformed
/// and decoded beside those that are not. Each figure is a share of the step's time in percent: the median of rounds,
/// in each of which all ways do the same work in turn.
namespace {

using namespace norma;
using namespace norma::bench;

/// One way to do the work, with a name for its cost.
struct Way {
    std::string name;
    std::function<void()> run;
};

/// Runs the ways in turn in each round, forwards and backwards, and counts the cost of each beside the first.
void compare_in_turn(benchmark::State& state, const std::vector<Way>& ways) {
    using Clock = std::chrono::steady_clock;
    for (const Way& way : ways) way.run();  // brings all into memory
    std::vector<std::vector<double>> costs(ways.size());
    std::vector<double> seconds(ways.size());
    bool backwards = false;
    for ([[maybe_unused]] auto _ : state) {
        for (std::size_t k = 0; k < ways.size(); ++k) {
            const std::size_t which = backwards ? ways.size() - 1 - k : k;
            const auto begin = Clock::now();
            ways[which].run();
            seconds[which] = std::chrono::duration<double>(Clock::now() - begin).count();
        }
        backwards = !backwards;
        for (std::size_t k = 1; k < ways.size(); ++k) costs[k].push_back(100 * (seconds[k] / seconds[0] - 1));
        state.SetIterationTime(seconds[0]);
    }
    for (std::size_t k = 1; k < ways.size(); ++k) state.counters[ways[k].name + "_percent"] = median(costs[k]);
}

/// `fit` beside the loop of docs/training-by-hand.md: an executor, the loss, a step of the optimiser. Both train the
/// experiment's network, to the same bits.
template <class Norm>
void trainer_beside_loop(benchmark::State& state) {
    using Net = compare::Cifar10Net<Norm>;
    const Dataset images = synthetic_dataset(2560, 1, 1).train;
    const BatchOptions options{.batch_size = 128, .shuffle = true};
    Threads threads;
    Net by_hand(1), by_trainer(1);
    Batches of_hand(images, options), of_trainer(images, options);

    Executor<Net, training_mode> executor(threads, options.batch_size);
    Sgd<float> optimiser(by_hand.parameters().size());
    const CrossEntropy cross_entropy;
    std::vector<double> losses(static_cast<std::size_t>(options.batch_size));
    std::uint32_t step = 0;
    int epoch = 0;
    const auto loop = [&] {
        of_hand.start_epoch(epoch++);
        double sum = 0;
        for (int b = 0; b < of_hand.count(); ++b) {
            const auto batch = of_hand[b];
            const float scale = 1.0f / static_cast<float>(batch.size());
            const auto loss = [&](int i, const float* output, float* gradient) {
                losses[static_cast<std::size_t>(i)] = cross_entropy(
                    std::span(output, static_cast<std::size_t>(Net::outputs)), batch.target(i), scale, gradient);
            };
            executor.run(by_hand, batch, loss, {.seed = 1, .step = step++});
            if constexpr (Net::over_batch) executor.track_statistics(by_hand);
            optimiser.step(by_hand.parameters(), executor.gradient(), 0.01);
            for (int i = 0; i < batch.size(); ++i) sum += losses[static_cast<std::size_t>(i)];
        }
        benchmark::DoNotOptimize(sum);
    };
    Trainer<Net, CrossEntropy, Sgd, ConstantLR> trainer(by_trainer, threads, {.epochs = 1, .learning_rate = 0.01});
    compare_in_turn(state, {{"loop", loop}, {"trainer", [&] { trainer.fit(of_trainer); }}});
    if (!std::ranges::equal(by_hand.parameters(), by_trainer.parameters())) {
        state.SkipWithError("the trainer and the loop by hand do not train to the same bits");
    }
}

/// Training steps of the 94 % recipe, on images as they are, transformed, and decoded from pictures.
void recipe(benchmark::State& state) {
    using Net = cifar94::Airbench94<cifar94::Batch>;
    constexpr int batches = 3;
    const BatchOptions options{.batch_size = 1024, .shuffle = true, .drop_last = true};
    const Dataset images = synthetic_dataset(batches * 1024, 1, 1).train;
    const RandomCrop crop{2, PaddingMode::reflect};
    Threads threads;
    Net network(1);
    Trainer<Net, CrossEntropy, Sgd, ConstantLR> trainer(network, threads, {.epochs = 1, .learning_rate = 1e-4});
    Batches plain(images, options);
    Batches transformed(images, options, crop, AlternatingFlip{});
    std::vector<Way> ways{{"plain", [&] { trainer.fit(plain); }}, {"transforms", [&] { trainer.fit(transformed); }}};
#ifdef NORMA_BENCH_PICTURES
    const examples::DrawnPictures drawn(batches * 1024);
    const ImageFolder folder(drawn.folder(), {.height = 32, .width = 32});
    ReadAhead pictures(Batches(folder, options, crop, AlternatingFlip{}));
    ways.push_back({"pictures", [&] { trainer.fit(pictures); }});
#endif
    compare_in_turn(state, ways);
}

}  // namespace

int main(int count, char** arguments) {
    Program program(count, arguments);
    int rounds_given = 0;  // --rounds=N: of each, for a quick look
    if (const auto text = program.value("--rounds")) {
        std::from_chars(text->data(), text->data() + text->size(), rounds_given);
    }
    const auto add = [&](const char* name, void (*measure)(benchmark::State&), int rounds) {
        benchmark::RegisterBenchmark(name, measure)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond)
            ->Iterations(rounds_given > 0 ? rounds_given : rounds);
    };
    add("trainer/batch", trainer_beside_loop<BatchNorm>, 41);
    add("trainer/group", trainer_beside_loop<GroupNorm<2>>, 41);
    add("recipe/batches", recipe, 7);
    return program.run();
}
