// The training loop by hand: an executor, a loss, gradients by name, a step of the optimiser. No trainer.
#include <norma/norma.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

using namespace norma;
using Net = Network<Shape<3, 32, 32>, Block<16, 3, BatchNorm>, MaxPool2d<2>, Block<32, 3, BatchNorm>, MaxPool2d<2>,
                    Tap<"features">, Linear<10>>;

namespace {

/// How long a gradient is.
double norm_of(std::span<const float> numbers) {
    double sum = 0;
    for (const float number : numbers) sum += double(number) * double(number);
    return std::sqrt(sum);
}

}  // namespace

int main() {
    constexpr int epochs = 3;
    const TrainTest data = synthetic_dataset(3000, 1000, 1);
    Batches train(data.train, {.batch_size = 64, .shuffle = true});
    const Batches test(data.test);
    Threads threads;
    Net network(1);
    Executor<Net, training_mode> executor(threads, train.batch_size());
    Sgd<float> optimiser(network.parameters().size(), {.momentum = 0.9, .weight_decay = 5e-4});
    const PiecewiseLinear schedule({{0, 0.005}, {1, 0.05}, {epochs, 0.001}});
    const CrossEntropy cross_entropy{.label_smoothing = 0.1};
    std::vector<double> losses(std::size_t(train.batch_size()));  // of each sample of a batch

    std::uint32_t step = 0;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        double sum = 0;
        train.start_epoch(epoch);
        for (int b = 0; b < train.count(); ++b) {
            const auto batch = train[b];
            const auto loss = [&](int i, const float* output, float* gradient) {  // many threads, each another sample
                losses[std::size_t(i)] = cross_entropy(std::span(output, std::size_t(Net::outputs)), batch.target(i),
                                                       1.0f / float(batch.size()), gradient);
            };
            executor.run(network, batch, loss, {.seed = 1, .step = step++});
            executor.track_statistics(network);  // of the batch norms
            clip_grad_norm(executor.gradient(), 5.0);
            optimiser.step(network.parameters(), executor.gradient(), schedule.at({epoch, b, train.count()}));
            for (int i = 0; i < batch.size(); ++i) sum += losses[std::size_t(i)];
        }
        const double mean = sum / double(train.size());
        const double first = norm_of(named_gradients(executor)["0.0.weight"].numbers);  // of the last batch
        std::printf("epoch %d: loss %.3f, gradient of the first convolution %.4f, test accuracy %.1f %%\n", epoch + 1,
                    mean, first, evaluate(network, test, threads).accuracy);
    }

    const std::vector<float> features = predict<"features">(network, test[0], threads);
    std::printf("features of the first image: %.2f long, of %zu numbers\n",
                norm_of(std::span(features).first(32 * 6 * 6)), std::size_t(32 * 6 * 6));
    return std::fflush(stdout) == 0 ? 0 : (std::perror("standard output"), 1);
}
