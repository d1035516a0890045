#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/core/random.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/sgd.hpp"

namespace norma::bench {

/// Images of random numbers: the time of a step does not depend on the images.
class RandomBatch {
public:
    RandomBatch(int images, int image_size)
        : images_(images),
          image_size_(static_cast<std::size_t>(image_size)),
          numbers_(static_cast<std::size_t>(images) * image_size_) {
        RandomSequence random({1, Purpose::synthetic, 0, 0, 0});
        for (float& number : numbers_) number = random.uniform(-1, 1);
    }
    int size() const { return images_; }
    /// The class of an image, or of each of its pixels, if there are so many classes.
    int label(int i, int classes) const { return i % classes; }
    /// The numbers of an image, height × width × channels.
    const float* image(int i) const { return numbers_.data() + static_cast<std::size_t>(i) * image_size_; }
    void load(int i, float* out) const { std::copy_n(image(i), image_size_, out); }

private:
    int images_;
    std::size_t image_size_;
    std::vector<float> numbers_;
};

/// Writes (`=`) the gradient of a sample's loss, times `scale`, with respect to the network's output: of the mean
/// squared error against the image, if the output has its shape (an autoencoder); else of the cross-entropy, for a
/// network whose output has several pixels their mean.
template <class Net>
void loss_gradient(const RandomBatch& batch, int i, const float* output, float scale, float* gradient) {
    constexpr Extent extent = Net::output_extent;
    if constexpr (extent == Net::input_extent) {
        const float* const image = batch.image(i);
        const float factor = 2.0f * scale / static_cast<float>(extent.size());
        for (int k = 0; k < extent.size(); ++k) gradient[k] = factor * (output[k] - image[k]);
    } else {
        constexpr int classes = extent.channels;
        const float each = scale / static_cast<float>(extent.pixels());
        const int label = batch.label(i, classes);
        for (int k = 0; k < extent.size(); k += classes) {
            CrossEntropy{}(std::span(output + k, classes), label, each, gradient + k);
        }
    }
}

/// A network in training, always on the same batch. A step does the same as a step of `Trainer`, except for the
/// metrics. `Probe` observes the nodes, see `Executor`.
template <class Net, class Probe = NoProbe>
class TrainingSteps {
public:
    TrainingSteps(Threads& threads, int batch_size)
        : network_(1),
          executor_(threads, batch_size),
          optimiser_(network_.parameters().size()),
          batch_(batch_size, Net::input_extent.size()) {}

    /// One step: forward, loss, backward, optimiser.
    void step() {
        const float scale = 1.0f / static_cast<float>(batch_.size());
        const auto loss_of = [&](int i, const float* logits, float* gradient) {
            loss_gradient<Net>(batch_, i, logits, scale, gradient);
        };
        executor_.run(network_, batch_, loss_of, {1, step_++});
        if constexpr (Net::over_batch) executor_.track_statistics(network_);
        optimiser_.step(network_.parameters(), executor_.gradient(), 0.01);
    }
    /// Does `steps` steps; returns their seconds.
    double seconds(std::int64_t steps) {
        const auto begin = std::chrono::steady_clock::now();
        for (std::int64_t i = 0; i < steps; ++i) step();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }

    /// Bytes that are allocated for activations and gradients.
    std::size_t memory() const { return executor_.memory(); }
    /// The first thread's probe.
    const Probe& probe() { return executor_.probes().front(); }

private:
    Net network_;
    Executor<Net, training_mode, Probe> executor_;
    Sgd<float> optimiser_;
    RandomBatch batch_;
    std::uint32_t step_ = 0;
};

}  // namespace norma::bench
