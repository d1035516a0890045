#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/dataset.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/trainer.hpp"
#include "support/check_network.hpp"
#include "support/networks.hpp"
#include "support/training_step.hpp"

/// norma's side of the comparison.
namespace norma::bench {

/// A network in norma, ready to be measured. Its type is hidden, so that each network is compiled in one file and what
/// measures it is compiled once.
class OwnNetwork {
public:
    virtual ~OwnNetwork() = default;

    virtual double train(std::int64_t steps) = 0;    ///< seconds of so many training steps
    virtual double infer(std::int64_t batches) = 0;  ///< seconds of the logits of so many batches
    virtual double epoch() = 0;                      ///< seconds of an epoch of 50,000 images
};

/// A network by its name, with what PyTorch's network of this name must agree in.
struct Entry {
    std::string name;  ///< network and norm: "cifar10/group"
    long long parameters = 0;
    long long multiply_adds = 0;  ///< of convolutions and linear layers for one image, forward
    int outputs = 0;
    bool (*is_right)(const std::string& name) = nullptr;  ///< does it compute what plain loops do?
    std::unique_ptr<OwnNetwork> (*make)(Threads& threads, int batch_size) = nullptr;
};

/// 50,000 images of random bytes, as many as CIFAR-10 has for training.
inline const Dataset& random_dataset() {
    static const Dataset data = [] {
        Dataset d{3,           32, 32, 10, {}, {}, std::vector<std::string>(10, "noise"), "random bytes", {.5, .5, .5},
                  {.5, .5, .5}};
        d.labels.resize(50'000);
        d.pixels.resize(d.labels.size() * d.image_size());
        std::uint32_t random = 1;
        const auto draw = [&random] { return (random = random * 1664525u + 1013904223u) >> 24; };
        for (std::uint8_t& pixel : d.pixels) pixel = static_cast<std::uint8_t>(draw());
        for (std::uint8_t& label : d.labels) label = static_cast<std::uint8_t>(draw() % 10);
        return d;
    }();
    return data;
}

/// A network of the type `Net`, with batches of random numbers.
template <class Net>
class OwnNetworkOf : public OwnNetwork {
public:
    OwnNetworkOf(Threads& threads, int batch_size)
        : threads_(threads),
          steps_(threads, batch_size),
          network_(1),
          batch_(batch_size, Net::input_extent.size()),
          executor_(threads, batch_size),
          logits_(static_cast<std::size_t>(batch_size)) {}

    double train(std::int64_t steps) override { return steps_.seconds(steps); }

    double infer(std::int64_t batches) override {
        const auto head = [&](int i, const float* logits, float*) { logits_[static_cast<std::size_t>(i)] = *logits; };
        const auto begin = std::chrono::steady_clock::now();
        for (std::int64_t i = 0; i < batches; ++i) executor_.run(network_, batch_, head);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }

    /// As users train: shuffled, normalised, with metrics.
    double epoch() override {
        Batches batches(random_dataset(), {.batch_size = batch_.size(), .shuffle = true});
        Net network(1);
        Trainer<Net> trainer(network, threads_, {.batch_size = batch_.size()});
        EpochRecord record;
        trainer.train_epoch(batches, record);
        return record.seconds;
    }

private:
    Threads& threads_;
    TrainingSteps<Net> steps_;
    Net network_;
    RandomBatch batch_;
    Executor<Net, evaluation_mode> executor_;
    std::vector<float> logits_;  ///< the first logit of each image, so that the compiler does not remove the work
};

/// The entry of a network type.
template <class Net>
Entry entry_of(const std::string& name) {
    return {name,
            Net::parameter_count,
            Net::multiply_adds,
            Net::outputs,
            check_network<Net>,
            [](Threads& threads, int batch_size) -> std::unique_ptr<OwnNetwork> {
                return std::make_unique<OwnNetworkOf<Net>>(threads, batch_size);
            }};
}

/// Each network is in a file of its own: compiling a wide one takes a minute, and files are compiled in parallel.
Entry cifar10_none(), cifar10_batch(), cifar10_group(), cifar10_layer(), resnet20_batch(), vgg11_batch(),
    resnet18_batch(), resnet18_group();

}  // namespace norma::bench
