// Define a network, train it, predict with it.
#include <norma/norma.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace norma;
using Net = Network<Shape<3, 32, 32>, Block<16, 3, GroupNorm<2>>, MaxPool2d<2>, Block<32, 3, GroupNorm<2>>,
                    MaxPool2d<2>, Linear<10>>;

int main() {
    const TrainTest data = synthetic_dataset(5000, 1000, 1);  // or read_cifar10("data")
    Batches<float> train(data.train, {.batch_size = 64, .shuffle = true});
    const Batches<float> test(data.test, {});

    Net network(1);  // initial weights by seed 1
    Threads threads;
    Trainer<Net> trainer(network, threads, {.epochs = 3, .batch_size = 64});
    for (const EpochRecord& epoch : trainer.fit(train, test).epochs) {
        std::printf("epoch %d: test accuracy %.1f %%\n", epoch.epoch + 1, epoch.test_accuracy);
    }

    std::vector<float> image(32 * 32 * 3);  // height x width x channels, though Shape says C, H, W
    for (int i = 0; i < 5; ++i) {
        test[0].load(i, image.data());
        const auto logits = predict(network, image);
        const auto best = std::ranges::max_element(logits) - logits.begin();
        std::printf("%s, predicted: %s\n", data.test.class_names[std::size_t(test[0].label(i))].c_str(),
                    data.test.class_names[std::size_t(best)].c_str());
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        std::perror("standard output");
        return 1;
    }
}
