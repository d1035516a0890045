// Define a network, train it, predict with it.
#include <norma/norma.hpp>

#include <cstdio>

using namespace norma;
using Net = Network<Shape<3, 32, 32>, Block<16, 3, GroupNorm<2>>, MaxPool2d<2>, Block<32, 3, GroupNorm<2>>,
                    MaxPool2d<2>, Linear<10>>;

int main() {
    const TrainTest data = synthetic_dataset(5000, 1000, 1);  // or read_cifar10("data")
    Batches train(data.train, {.shuffle = true});             // of 128 images
    const Batches test(data.test);
    Net network(1);   // initial weights drawn with seed 1
    Threads threads;  // one per core
    Trainer trainer(network, threads, {.epochs = 5});
    for (const EpochRecord& epoch : trainer.fit(train, test).epochs) {
        std::printf("epoch %d: test accuracy %.1f %%\n", epoch.epoch + 1, epoch.test_accuracy);
    }
    const Evaluation result = evaluate(network, test, threads);
    const auto name = [&](std::size_t label) { return data.test.class_names[label].c_str(); };
    for (std::size_t i = 0; i < 5; ++i) {
        std::printf("%s, predicted: %s\n", name(data.test.labels[i]), name(std::size_t(result.predicted[i])));
    }
    return std::fflush(stdout) == 0 ? 0 : (std::perror("standard output"), 1);
}
