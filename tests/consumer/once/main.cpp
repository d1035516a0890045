// Everything that NORMA_EXTERN covers, and an optimiser that it does not cover. Prints all bits of the results.
#include <cstdio>
#include <vector>

#include "network.hpp"

using namespace norma;
using program::Net;

namespace {

/// 4×4 images, dark or light.
Dataset images(int count) {
    Dataset data{.channels = 1,
                 .height = 4,
                 .width = 4,
                 .classes = 2,
                 .pixels = {},
                 .labels = {},
                 .class_names = {"dark", "light"},
                 .source = "made",
                 .mean = {0.5},
                 .stddev = {0.25}};
    for (int i = 0; i < count; ++i) {
        data.labels.push_back(static_cast<std::uint8_t>(i % 2));
        for (int k = 0; k < 16; ++k)
            data.pixels.push_back(static_cast<std::uint8_t>((i % 2) * 90 + (i * 7 + k * 31) % 100));
    }
    return data;
}

void print(const char* what, double value) { std::printf("%s %a\n", what, value); }

void print(const char* what, const Net& network) {
    for (const float number : network.parameters()) print(what, number);
    for (const float number : network.running_var()) print(what, number);
}

}  // namespace

int main() {
    const Dataset data = images(40);
    Batches<float> train(data, {.batch_size = 8, .shuffle = true});
    const Batches<float> test(data, {.batch_size = 8});
    Threads threads(2);
    std::printf("%s", summary<Net>().c_str());

    Net network(1);
    Trainer<Net> trainer(network, threads, {.epochs = 2});
    for (const EpochRecord& epoch : trainer.fit(train, test).epochs) print("loss", epoch.test_loss);
    print("network", network);
    update_bn(network, test, threads);
    print("recalibrated", network);
    print("accuracy", evaluate(network, test, threads).accuracy);
    std::vector<float> image(16, 0.5f);
    for (const float logit : predict(network, image)) print("logit", logit);
    Predictor<Net> predictor(network);
    for (const float logit : predictor(image)) print("logit", logit);

    Trainer<Net, CrossEntropy, AdamW> other(network, threads, {.epochs = 1, .learning_rate = StepLR(0.001, 1, 1)});
    other.fit(train, test);
    print("AdamW", network);

    const TensorDataset<float, float> points{.shape = {1, 1, 1}, .inputs = {0, 1, 2, 3}, .targets = {0, 1, 4, 9}};
    Batches rows(points, {.batch_size = 2});
    program::Curve curve(1);
    Trainer<program::Curve, MeanSquaredError> regression(curve, threads, {.epochs = 2});
    for (const EpochRecord& epoch : regression.fit(rows, rows).epochs) print("squared error", epoch.test_loss);
    print("R2", evaluate(curve, rows, threads, MeanSquaredError{}).r2);
}
