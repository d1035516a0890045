// Classifies sounds: M5 on a second of 8,000 numbers, drawn here. A sound is a sample of one channel and height 1.
#include <norma/norma.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "support/run_or_say_why.hpp"
#include "zoo/m5.hpp"

using namespace norma;

constexpr int rate = 8000;
constexpr std::array names{"a steady tone", "a rising tone", "a falling tone", "beats"};

/// Draws `count` sounds: a tone of random pitch, loudness and phase in noise.
TensorDataset<float, int> draw_sounds(std::size_t count, std::uint64_t seed) {
    TensorDataset<float, int> sounds{.shape = {1, 1, rate}, .classes = names.size()};
    for (std::size_t k = 0; k < count; ++k) {
        RandomSequence random({seed, Purpose::synthetic, static_cast<std::uint32_t>(k)});
        const int kind = static_cast<int>(random.below(names.size()));
        const double pitch = random.uniform(300, 900), loudness = random.uniform(0.3f, 1);
        const double change = kind == 1 ? 0.8 : kind == 2 ? -0.5 : 0, beats = random.uniform(4, 9);
        double phase = random.uniform(0, 1);
        for (int i = 0; i < rate; ++i) {
            const double second = double(i) / rate;
            phase += pitch * (1 + change * second) / rate;
            const double swell = kind == 3 ? std::sin(2 * std::numbers::pi * beats * second) : 1;
            const double tone = loudness * swell * std::sin(2 * std::numbers::pi * phase);
            sounds.inputs.push_back(static_cast<float>(tone + random.uniform(-0.3f, 0.3f)));
        }
        sounds.targets.push_back(kind);
    }
    return sounds;
}

int run() {
    const auto train_sounds = draw_sounds(600, 1), test_sounds = draw_sounds(200, 2);
    Batches train(train_sounds, {.batch_size = 20, .shuffle = true}, RandomCrop{.padding = 400});  // moves in time
    const Batches test(test_sounds);
    using Net = zoo::M5<BatchNorm, Shape<1, 1, rate>, int(names.size())>;
    Net network(1);
    Threads threads;
    Trainer<Net> trainer(network, threads, {.epochs = 4, .learning_rate = 0.02});
    for (const EpochRecord& epoch : trainer.fit(train, test).epochs) {
        std::printf("epoch %d: test accuracy %.1f %%\n", epoch.epoch + 1, epoch.test_accuracy);
    }
    const Evaluation result = evaluate(network, test, threads);
    for (std::size_t i = 0; i < 5; ++i) {
        std::printf("%s, predicted: %s\n", names[std::size_t(test_sounds.targets[i])],
                    names[std::size_t(result.predicted[i])]);
    }
    return 0;
}

int main() { return examples::run_or_say_why("audio", run); }
