#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "compare/network.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/random.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/sgd.hpp"

/// Milliseconds of one training step of the experiment's network for each norm, one JSON object a line, as
/// step_pytorch.py prints them: run the two in turn. Use: step [threads] [batch]
namespace {

using namespace norma;

/// Random numbers for images: a step's time does not depend on what they show.
struct RandomBatch {
    int samples;
    std::vector<float> numbers;

    RandomBatch(int n, int size) : samples(n), numbers(static_cast<std::size_t>(n * size)), size_(size) {
        RandomSequence random({1, Purpose::synthetic, 0, 0, 0});
        for (float& number : numbers) number = random.uniform(-1, 1);
    }
    int size() const { return samples; }
    int label(int i) const { return i % 10; }
    void load(int i, float* out) const { std::copy_n(numbers.data() + i * size_, size_, out); }

private:
    int size_;
};

template <class Norm>
void measure(const char* norm, Threads& threads, const RandomBatch& batch) {
    using Net = compare::Cifar10Net<Norm>;
    Net network(1);
    Executor<Net, training_mode> executor(threads, batch.size());
    Sgd<float> optimiser(network.parameters().size());
    const float scale = 1.0f / static_cast<float>(batch.size());
    const auto head = [&](int i, const float* logits, float* gradient) {
        negative_log_likelihood<float, Net::outputs>(logits, batch.label(i), scale, gradient);
    };
    std::vector<double> milliseconds;
    for (std::uint32_t step = 0; step < 30; ++step) {
        const auto begin = std::chrono::steady_clock::now();
        executor.run(network, batch, head, {1, step});
        if constexpr (Net::couples_samples) executor.track_statistics(network);
        optimiser.step(network.parameters(), executor.gradient(), 0.01);
        const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
        if (step >= 5) milliseconds.push_back(time.count());  // the first steps warm up
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    const double median = milliseconds[milliseconds.size() / 2];
    std::printf("{\"norm\": \"%s\", \"milliseconds\": %.2f, \"fastest\": %.2f, \"gigaflop_per_second\": %.1f}\n", norm,
                median, milliseconds.front(),
                3 * 2e-6 * static_cast<double>(Net::multiply_adds) * batch.size() / median);
}

}  // namespace

int main(int count, char** arguments) {
    Threads threads(count > 1 ? std::atoi(arguments[1]) : 2);
    const RandomBatch batch(count > 2 ? std::atoi(arguments[2]) : 128, 3 * 32 * 32);
    measure<NoNorm>("none", threads, batch);
    measure<BatchNorm>("batch", threads, batch);
    measure<GroupNorm<2>>("group", threads, batch);
    measure<LayerNorm>("layer", threads, batch);
}
