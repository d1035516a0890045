// Tells for each pixel what it is a part of: the background, a disc or a square. A small U-Net, on images that are
// drawn here with their masks.
#include <norma/norma.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "support/run_or_say_why.hpp"
#include "zoo/unet.hpp"

using namespace norma;

constexpr int side = 32;
using Images = TensorDataset<float, std::uint8_t>;

/// Draws `count` images of a disc and a square in noise, and the class of each pixel.
Images draw_shapes(std::size_t count, std::uint64_t seed) {
    Images images{.shape = {1, side, side}, .classes = 3};
    for (std::size_t k = 0; k < count; ++k) {
        RandomSequence random({seed, Purpose::synthetic, static_cast<std::uint32_t>(k)});
        const auto between = [&](int low, int high) { return low + int(random.below(std::uint32_t(high - low + 1))); };
        const int size = between(4, 7), x1 = between(5, 26), y1 = between(5, 26), x2 = between(5, 26),
                  y2 = between(5, 26);
        const float brightness = random.uniform(0.4f, 1);
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const bool disc = (x - x1) * (x - x1) + (y - y1) * (y - y1) <= size * size;
                const bool square = std::abs(x - x2) <= size && std::abs(y - y2) <= size;
                images.inputs.push_back((disc || square ? brightness : 0) + random.uniform(-0.3f, 0.3f));
                images.targets.push_back(disc ? 1 : square ? 2 : 0);  // the disc is in front
            }
        }
    }
    return images;
}

/// Prints a row of characters for each row of pixels: what the network sees as `.`, `o` and `#`, beside the truth.
template <class Net>
void show(const Net& network, const Images& images) {
    std::array<float, side * side> image;
    Batches(images)[0].load(0, image.data());
    const auto logits = predict(network, image);
    const auto truth = images.target(0);
    for (std::size_t y = 0; y < side; ++y) {
        std::array<char, 2 * side + 2> line{};
        line[side] = ' ';
        for (std::size_t x = 0; x < side; ++x) {
            const float* const pixel = &logits[3 * (y * side + x)];  // a logit for each class
            line[x] = ".o#"[std::max_element(pixel, pixel + 3) - pixel];
            line[side + 1 + x] = ".o#"[truth[y * side + x]];
        }
        std::printf("%s\n", line.data());
    }
}

int run() {
    const Images train_images = draw_shapes(300, 1), test_images = draw_shapes(50, 2);
    Batches train(train_images, {.batch_size = 10, .shuffle = true}, RandomCrop{2}, RandomFlip{});  // masks move too
    const Batches test(test_images);
    using Net = zoo::SmallUNet<BatchNorm, Shape<1, side, side>, 3>;
    Net network(1);
    Threads threads;
    Trainer<Net, PixelCrossEntropy> trainer(network, threads, {.epochs = 4, .learning_rate = StepLR(0.05, 3, 0.1)});
    for (const EpochRecord& epoch : trainer.fit(train, test).epochs) {
        std::printf("epoch %d: intersection over union %.2f, mean of the classes\n", epoch.epoch + 1,
                    epoch.figure("test_mean_iou"));
    }
    show(network, test_images);
    return 0;
}

int main() { return examples::run_or_say_why("segmentation", run); }
