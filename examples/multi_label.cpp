// Tells which of four shapes are in an image: none, one or several of them. The images are drawn here.
#include <norma/norma.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "support/run_or_say_why.hpp"

using namespace norma;

constexpr int side = 24;
constexpr std::array names{"disc", "square", "cross", "bar"};
constexpr int labels = int(names.size());
using Images = TensorDataset<float, float>;

/// Is the point (x, y) part of the shape with this number, whose middle is (0, 0)?
bool covers(int shape, int x, int y) {
    x = std::abs(x), y = std::abs(y);
    if (shape == 0) return x * x + y * y <= 16;
    if (shape == 1) return std::max(x, y) == 4;
    if (shape == 2) return x == y && x <= 4;
    return y == 0 && x <= 6;
}

/// Draws `count` images in noise. Each shape is in one image of four, so most labels are 0.
Images draw_images(std::size_t count, std::uint64_t seed) {
    Images images{.shape = {1, side, side}, .target_size = labels};
    for (std::size_t k = 0; k < count; ++k) {
        RandomSequence random({seed, Purpose::synthetic, static_cast<std::uint32_t>(k)});
        std::array<float, side * side> image;
        for (float& pixel : image) pixel = random.uniform(-0.2f, 0.2f);
        for (int shape = 0; shape < labels; ++shape) {
            const bool there = random.below(4) == 0;
            const int mx = 6 + int(random.below(side - 12)), my = 6 + int(random.below(side - 12));
            for (int y = 0; there && y < side; ++y) {
                for (int x = 0; x < side; ++x) {
                    if (covers(shape, x - mx, y - my)) image[std::size_t(y * side + x)] += 0.7f;
                }
            }
            images.targets.push_back(there ? 1.0f : 0.0f);
        }
        images.inputs.insert(images.inputs.end(), image.begin(), image.end());
    }
    return images;
}

int run() {
    const Images train_images = draw_images(2000, 1), test_images = draw_images(400, 2);
    Batches train(train_images, {.batch_size = 50, .shuffle = true}, RandomFlip{});
    const Batches test(test_images);
    using Net = Network<Shape<1, side, side>, Block<16, 5, BatchNorm>, MaxPool2d<2>, Block<32, 3, BatchNorm>,
                        MaxPool2d<2>, Linear<labels>>;
    Net network(1);
    Threads threads;
    // A label that is there counts three times, for three labels of four are not.
    const BinaryCrossEntropyWithLogits loss{.positive_weights = {3, 3, 3, 3}};
    Trainer<Net, BinaryCrossEntropyWithLogits> trainer(network, threads,
                                                       {.epochs = 6, .loss = loss, .learning_rate = 0.02});
    for (const EpochRecord& epoch : trainer.fit(train, test).epochs) {
        std::printf("epoch %d: %.1f %% of the labels, F1 %.3f\n", epoch.epoch + 1, epoch.test_accuracy,
                    epoch.figure("test_macro_f1"));
    }
    const LabelEvaluation result = evaluate(network, test, threads, loss);
    for (std::size_t k = 0; k < names.size(); ++k) std::printf("%s: F1 %.3f\n", names[k], result.labels[k].f1());
    for (std::size_t k = 0; k < names.size(); ++k) {  // of the first image
        std::printf("a %s in the first image: %s, predicted with a probability of %.2f\n", names[k],
                    test_images.targets[k] > 0 ? "yes" : "no", result.predicted[k]);
    }
    return 0;
}

int main() { return examples::run_or_say_why("multi_label", run); }
