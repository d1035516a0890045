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
#include "norma/network/predictor.hpp"
#include "norma/training/trainer.hpp"
#include "support/check_network.hpp"
#include "support/random_dataset.hpp"
#include "support/training_step.hpp"

/// norma's side of the comparison.
namespace norma::bench {

/// A network in norma, ready to be measured. Its type is hidden, so that each network is compiled in one file and what
/// measures it is compiled once.
class OwnNetwork {
public:
    virtual ~OwnNetwork() = default;

    virtual double train(std::int64_t steps) = 0;    ///< seconds of so many training steps
    virtual double infer(std::int64_t batches) = 0;  ///< seconds of the outputs of so many batches
    virtual double single(std::int64_t images) = 0;  ///< seconds of the outputs of so many images, one by one
    virtual double epoch() = 0;                      ///< seconds of an epoch of 50,000 images
};

/// Makes a network in norma.
struct OwnMaker {
    bool (*is_right)(const std::string& name) = nullptr;  ///< does it compute what plain loops do?
    std::unique_ptr<OwnNetwork> (*make)(Threads& threads, int batch_size) = nullptr;
};

/// A network with what PyTorch's network of this name is made from and must agree in.
struct Entry {
    std::string name;  ///< as in examples/zoo/networks.cmake: "resnet18"
    std::string norm;  ///< "batch"
    std::string title;
    int groups = 0;  ///< of a group norm
    Extent input;
    Extent output;
    long long parameters = 0;
    long long multiply_adds = 0;  ///< of convolutions and linear layers for one image, forward
    OwnMaker own;                 ///< in fp32

    /// "resnet18/batch".
    std::string full_name() const { return name + "/" + norm; }
    /// Can it train on cifar_like()?
    bool has_epoch() const { return input == Extent{3, 32, 32} && output == Extent{10, 1, 1}; }
};

/// As many images as CIFAR-10 has for training.
inline const Dataset& cifar_like() {
    static const Dataset data = random_dataset(50'000);
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
          predictor_(network_),
          image_(batch_.image(0), batch_.image(1)),
          logits_(static_cast<std::size_t>(batch_size)) {}

    double train(std::int64_t steps) override { return steps_.seconds(steps); }

    /// As `evaluate` does it: the network is prepared once for all batches.
    double infer(std::int64_t batches) override {
        const auto loss_of = [&](int i, const float* logits, float*) {
            logits_[static_cast<std::size_t>(i)] = *logits;
        };
        executor_.prepare(network_);
        return seconds(batches, [&] { executor_.run(batch_, loss_of); });
    }

    double single(std::int64_t images) override {
        return seconds(images, [&] { logits_[0] = predictor_(image_).front(); });
    }

    /// As users train: shuffled, normalised, with metrics. In fp32 only, or `Trainer` would be compiled twice.
    double epoch() override {
        if constexpr (Net::precision == Precision::scalar && Net::input_extent == Extent{3, 32, 32} &&
                      Net::output_extent == Extent{10, 1, 1}) {
            Batches batches(cifar_like(), {.batch_size = batch_.size(), .shuffle = true});
            Net network(1);
            Trainer<Net> trainer(network, threads_);
            EpochRecord record;
            trainer.train_epoch(batches, record);
            return record.seconds;
        } else {
            return 0;  // see Entry::has_epoch
        }
    }

private:
    /// Seconds of doing the work so often.
    template <class Work>
    static double seconds(std::int64_t times, const Work& work) {
        const auto begin = std::chrono::steady_clock::now();
        for (std::int64_t i = 0; i < times; ++i) work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }

    Threads& threads_;
    TrainingSteps<Net> steps_;
    Net network_;
    RandomBatch batch_;
    Executor<Net, evaluation_mode> executor_;
    Predictor<Net> predictor_;
    std::vector<float> image_;
    std::vector<float> logits_;  ///< the first logit of each image, so that the compiler does not remove the work
};

/// A network of the type `Net`.
template <class Net>
std::unique_ptr<OwnNetwork> make_own(Threads& threads, int batch_size) {
    return std::make_unique<OwnNetworkOf<Net>>(threads, batch_size);
}

/// The entry of a network type.
template <class Net>
Entry entry_of(const std::string& name, const std::string& norm, const std::string& title, int groups) {
    return {name,
            norm,
            title,
            groups,
            Net::input_extent,
            Net::output_extent,
            Net::parameter_count,
            Net::multiply_adds,
            {check_network<Net>, make_own<Net>}};
}

/// The network of this program. Each network has a program of its own, because to compile one takes long.
Entry network_to_measure();

/// The same network as `Bf16`, or why there is none.
struct OwnInBf16 {
    OwnMaker own;
    std::string why_not = "this program was built without it";
};
/// network_bf16.cpp sets it before `main` begins; not every program has that file, because it takes as long to compile
/// as the network in fp32.
OwnInBf16& own_in_bf16();

}  // namespace norma::bench
