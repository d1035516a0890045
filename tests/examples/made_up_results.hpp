#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "../../examples/compare/results.hpp"

/// Results that look like those of the experiment.
namespace norma::compare {

/// Numbers from −1 to 1 that look like noise and are always the same.
inline double noise(std::size_t i) {
    return 2 * std::fmod(std::abs(std::sin(static_cast<double>(i) * 12.9898) * 43758.5453), 1.0) - 1;
}

inline EpochRecord record(int epoch, double training, double evaluation, double test, double loss) {
    return {epoch, 0.01, 1 - training / 200, training, evaluation, loss, test, 7.25};
}

inline NetworkResult made_up(const std::string& norm, int epochs, EpochRecord last, std::size_t images) {
    NetworkResult network;
    network.norm = norm;
    network.parameters = norm == "layer" ? 138'324 : 37'108;
    network.running_statistics = norm == "batch";
    network.summary = "layer   output\nconv <3×3>  16×30×30";
    for (int epoch = 0; epoch < epochs; ++epoch) {
        const double still = std::exp(-epoch / 4.0) - std::exp(-(epochs - 1) / 4.0);
        network.history.epochs.push_back(record(
            epoch, last.train_accuracy - 35 * still + noise(std::size_t(epoch)) * still,
            last.train_accuracy_eval - 25 * still, last.test_accuracy - 25 * still, last.test_loss + 0.8 * still));
        for (std::size_t batch = 0; batch < 391; ++batch) {
            const std::size_t step = std::size_t(epoch) * 391 + batch;
            const double progress = std::exp(-double(step) / 500);
            network.history.batch_loss.push_back(0.8 + 1.4 * progress + 0.15 * noise(step));
            network.history.batch_accuracy.push_back(last.train_accuracy - 60 * progress + 8 * noise(step + 7));
        }
    }
    for (std::size_t image = 0; image < images; ++image) {
        const bool wrong = noise(image * 3 + norm.size() + std::size_t(norm[0])) > 0.35;
        network.predicted.push_back(static_cast<std::uint8_t>(wrong ? (image * 7 + 3) % 10 : image % 10));
        network.confidence.push_back(static_cast<float>(0.6 + 0.39 * noise(image)));
    }
    return network;
}

inline Results made_up(std::size_t images = 300, int epochs = 20) {
    Results results;
    results.dataset = "cifar10";
    results.source = "CIFAR-10 from data/cifar-10-batches-bin, 50,000 training images";
    results.test_source = std::to_string(images) + " images of test_batch.bin";
    results.classes = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    results.train_images = 50'000;
    results.image_height = results.image_width = 32;
    results.image_channels = 3;
    for (std::size_t image = 0; image < images; ++image) {
        results.test_labels.push_back(static_cast<std::uint8_t>(image % 10));
        for (std::size_t y = 0; y < 32; ++y)
            for (std::size_t x = 0; x < 32; ++x)
                for (std::size_t channel = 0; channel < 3; ++channel) {
                    const double wave = std::sin(double(x) / (1 + double(image % 10)) + double(channel)) *
                                        std::cos(double(y) / (2 + double(image % 7)));
                    results.test_images.push_back(static_cast<std::uint8_t>(128 + 100 * wave));
                }
    }
    results.options = {
        {"epochs", "20", "20"}, {"batch", "128", "128"}, {"lr", "0.01", "0.01"}, {"norms", "batch,group,layer", ""}};
    results.epochs_planned = epochs;
    results.batches_per_epoch = 391;
    results.seed = 1;
    results.threads = 2;
    results.machine = "a machine <of> 2 cores & more";
    results.compiler = "GCC 12.2.0";
    results.version = "0.1.0";
    results.command_line = "compare --data \"my data\" --output report";
    results.started = "2025-01-01 12:00:00 UTC";
    results.seconds_total = 612.3;
    results.networks = {made_up("batch", epochs, record(0, 79.53, 69.74, 66.96, 0.932), images),
                        made_up("group", epochs, record(0, 70.61, 71.25, 69.12, 0.858), images),
                        made_up("layer", epochs, record(0, 70.89, 71.01, 66.86, 0.900), images)};
    results.networks[0].history.recalibrated = RecalibratedRecord{81.93, 0.643, 76.40};
    return results;
}

/// Adds trainings with other seeds; accuracies are one point higher for each seed.
inline void repeat(Results& results, int seeds) {
    for (NetworkResult& network : results.networks) network.seed = results.seed;
    for (int i = 1; i < seeds; ++i) {
        for (NetworkResult network : results.networks) {
            network.seed = results.seed + static_cast<std::uint64_t>(i);
            for (EpochRecord& epoch : network.history.epochs) {
                epoch.train_accuracy += i;
                epoch.test_accuracy += i;
            }
            if (network.history.recalibrated) network.history.recalibrated->test_accuracy += i;
            for (double& accuracy : network.history.batch_accuracy) accuracy += i;
            results.repeats.push_back(network);
        }
    }
    results.seeds = seeds;
}

}  // namespace norma::compare
