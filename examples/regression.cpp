// Predicts a number from a table of ten columns, five of which mean nothing: Friedman's first function with noise, a
// common test of regressions, drawn here.
#include <norma/norma.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <vector>

#include "support/run_or_say_why.hpp"

using namespace norma;

using Table = TensorDataset<float, float>;

// The network gives (y − mean) / spread: outputs of about 1 suit initial weights and learning rates.
constexpr float mean = 14.4f, spread = 4.9f;

/// Draws `rows` rows of ten numbers in 0 to 1, and y = 10 sin(π x₀ x₁) + 20 (x₂ − ½)² + 10 x₃ + 5 x₄ + noise.
Table draw_table(std::size_t rows, std::uint64_t seed) {
    Table table{.shape = {10, 1, 1}, .mean = std::vector<double>(10, 0.5), .stddev = std::vector<double>(10, 0.29)};
    for (std::size_t k = 0; k < rows; ++k) {
        RandomSequence random({seed, Purpose::synthetic, static_cast<std::uint32_t>(k)});
        std::array<float, 10> x;
        for (float& number : x) number = random.uniform(0, 1);
        const float noise = random.uniform(-1, 1) + random.uniform(-1, 1) + random.uniform(-1, 1);
        const float y = 10 * std::sin(std::numbers::pi_v<float> * x[0] * x[1]) + 20 * (x[2] - 0.5f) * (x[2] - 0.5f) +
                        10 * x[3] + 5 * x[4] + noise;
        table.inputs.insert(table.inputs.end(), x.begin(), x.end());
        table.targets.push_back((y - mean) / spread);
    }
    return table;
}

int run() {
    const Table train_rows = draw_table(2000, 1), test_rows = draw_table(500, 2);
    Batches train(train_rows, {.batch_size = 50, .shuffle = true});
    const Batches test(test_rows);
    using Net = Network<Shape<10, 1, 1>, Linear<64>, ReLU, Linear<64>, ReLU, Linear<1>>;
    Net network(1);
    Threads threads;
    Trainer<Net, MeanSquaredError, AdamW, CosineAnnealingLR> trainer(
        network, threads, {.epochs = 40, .learning_rate = CosineAnnealingLR(0.003, 40)});
    const auto& epochs = trainer.fit(train, test).epochs;
    for (std::size_t e = 9; e < epochs.size(); e += 10) {
        std::printf("epoch %zu: loss %.4f, test R2 %.3f\n", e + 1, epochs[e].train_loss, epochs[e].figure("test_r2"));
    }

    const NumberEvaluation result = evaluate(network, test, threads, MeanSquaredError{});
    std::printf("mean absolute error %.2f, where the noise alone has 0.81\n",  // of y: in its own units
                result.mean_absolute_error * double(spread));
    for (std::size_t i = 0; i < 3; ++i) {
        std::printf("%.1f, predicted: %.1f\n", double(test_rows.targets[i] * spread + mean),
                    result.predicted[i] * double(spread) + double(mean));
    }
    return 0;
}

int main() { return examples::run_or_say_why("regression", run); }
