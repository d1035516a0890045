#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/synthetic.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/trainer.hpp"
#include "support/beside_peak.hpp"
#include "support/check_network.hpp"
#include "support/median.hpp"
#include "support/networks.hpp"
#include "support/process.hpp"
#include "support/training_step.hpp"

/// Benchmarks of the whole training step and of inference of one network. Each `register_…` adds benchmarks to the
/// program.
namespace norma::bench {

/// Which benchmarks are registered: `everything`, or only the training step, to compare builds.
#ifdef NORMA_BENCH_TRAINING_ONLY
inline constexpr bool everything = false;
#else
inline constexpr bool everything = true;
#endif

/// Multiplications and additions of the convolutions and linear layers for one sample: forward, or also backward,
/// without the gradient of the network's input.
template <class Net>
constexpr double useful_operations(bool training) {
    double sum = 0;
    for (const FusedNode& node : Net::template plan<training_mode>.nodes) {
        const int products = !training ? 1 : node.inputs[0] > 0 ? 3 : 2;
        sum += 2.0 * products * static_cast<double>(node.facts.multiply_adds);
    }
    return sum;
}

/// Sets the counters that the report reads: `gflop` of one iteration, images per second, bytes for activations and
/// gradients.
inline void count(benchmark::State& state, double operations, int batch, std::size_t bytes) {
    state.counters["gflop"] = 1e-9 * operations * batch;
    state.counters["images_per_second"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * batch, benchmark::Counter::kIsRate);
    state.counters["activation_bytes"] = static_cast<double>(bytes);
}

/// "<what>/<network>/<norm>/batch:<b>/threads:<t>"
inline std::string step_name(const std::string& what, const std::string& network, int batch, int threads) {
    return what + "/" + network + "/batch:" + std::to_string(batch) + "/threads:" + std::to_string(threads);
}

/// Registers a benchmark of `measure(state)`, in milliseconds, after checking the network against plain loops.
template <class Net, class Measure>
benchmark::internal::Benchmark* register_checked(const std::string& name, const std::string& network,
                                                 const Measure& measure) {
    const auto checked = [=](benchmark::State& state) {
        if (!check_network<Net>(network)) return state.SkipWithError("differs from plain loops");
        measure(state);
    };
    return benchmark::RegisterBenchmark(name.c_str(), checked)->Unit(benchmark::kMillisecond);
}

/// A training step: forward, loss, backward, optimiser.
template <class Net>
void register_training(const std::string& network, int batch, int thread_count) {
    register_checked<Net>(step_name("train", network, batch, thread_count), network,
                          [=](benchmark::State& state) {
                              Threads threads(thread_count);
                              TrainingSteps<Net> steps(threads, batch);
                              steps.seconds(2);  // first steps touch new memory
                              time_beside_peak(state, threads, [&] { steps.step(); });
                              count(state, useful_operations<Net>(true), batch, steps.memory());
                          })
        ->UseManualTime()
        ->MinTime(0.4);
}

/// Training steps on two threads and on one thread in turn, so that other programs on the machine slow down both
/// equally. Counter `gain`: how many times as fast two threads are, the median over the turns.
template <class Net>
void register_scaling(const std::string& network, int batch) {
    register_checked<Net>(step_name("scaling", network, batch, 2), network,
                          [=](benchmark::State& state) {
                              Threads one(1), two(2);
                              TrainingSteps<Net> alone(one, batch), together(two, batch);
                              const auto seconds = [](TrainingSteps<Net>& steps) {
                                  steps.seconds(2);  // the caches have the data of the other turn
                                  return steps.seconds(4) / 4;
                              };
                              seconds(alone);
                              seconds(together);
                              std::vector<double> gains;
                              for ([[maybe_unused]] auto _ : state) {
                                  const double by_one = seconds(alone);
                                  const double by_two = seconds(together);
                                  state.SetIterationTime(by_two);
                                  gains.push_back(by_one / by_two);
                              }
                              state.counters["gain"] = median(gains);
                          })
        ->UseManualTime()
        ->MinTime(0.05);
}

/// Inference: the logits of a batch. Norms with running statistics are fused into the convolutions, before the time
/// begins.
template <class Net>
void register_inference(const std::string& network, int batch_size, int thread_count) {
    register_checked<Net>(step_name("infer", network, batch_size, thread_count), network,
                          [=](benchmark::State& state) {
                              Threads threads(thread_count);
                              const Net net(1);
                              const RandomBatch batch(batch_size, Net::input_extent.size());
                              Executor<Net, evaluation_mode> executor(threads, batch_size);
                              const auto loss_of = [](int, const float* logits, float*) {
                                  benchmark::DoNotOptimize(*logits);
                              };
                              executor.run(net, batch, loss_of);
                              time_beside_peak(state, threads, [&] { executor.run(batch, loss_of); });
                              count(state, useful_operations<Net>(false), batch_size, executor.memory());
                          })
        ->UseManualTime()
        ->MinTime(0.2);
}

/// Adds up the time of each kind of work; reads the clock at every change of node.
template <class Net>
class Stopwatch {
public:
    enum Work { convolution, normalisation, rest };

    void enter(int node, bool) {
        const auto now = std::chrono::steady_clock::now();
        seconds_[at_] += std::chrono::duration<double>(now - since_).count();
        since_ = now;
        at_ = node < 0 ? rest : kind(static_cast<std::size_t>(node));
    }
    double seconds(Work work) const { return seconds_[work]; }

private:
    /// All parts of a fused node count as normalisation if it has a norm.
    static Work kind(std::size_t number) {
        const FusedNode& node = Net::template plan<training_mode>.nodes[number];
        if (node.facts.multiply_adds > 0) return convolution;
        return norm_in(node) != nullptr ? normalisation : rest;
    }

    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    Work at_ = rest;
    double seconds_[3] = {};
};

/// One step of 128 images on one thread, split into convolutions, nodes with a norm (with ReLU, skip and dropout in
/// the same pass), and the rest.
template <class Net>
void register_split(const std::string& network) {
    register_checked<Net>("split/" + network + "/threads:1", network,
                          [](benchmark::State& state) {
                              using Watch = Stopwatch<Net>;
                              Threads threads(1);
                              TrainingSteps<Net, Watch> steps(threads, 128);
                              steps.seconds(1);
                              const Watch before = steps.probe();
                              for ([[maybe_unused]] auto _ : state) steps.seconds(1);
                              const auto milliseconds = [&](typename Watch::Work work) {
                                  return 1e3 * (steps.probe().seconds(work) - before.seconds(work)) /
                                         static_cast<double>(state.iterations());
                              };
                              state.counters["convolution_ms"] = milliseconds(Watch::convolution);
                              state.counters["normalisation_ms"] = milliseconds(Watch::normalisation);
                              state.counters["rest_ms"] = milliseconds(Watch::rest);
                          })
        ->UseRealTime()
        ->MinTime(0.4);
}

/// Peak memory of a process that only trains: this program, started again with `--train-only`. The process prints its
/// own peak, because the value that the system gives to its parent includes the parent's memory.
inline void register_memory(const std::string& network, int batch) {
    const std::string name = "memory/" + network + "/batch:" + std::to_string(batch);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) {
                                     double bytes = 0;
                                     try {
                                         for ([[maybe_unused]] auto _ : state) {
                                             Conversation process({"/proc/self/exe", "--train-only=" + network,
                                                                   "--batch=" + std::to_string(batch)});
                                             bytes = std::stod(process.ask("", std::chrono::seconds(600)));
                                         }
                                     } catch (const std::exception& error) {
                                         return state.SkipWithError(error.what());
                                     }
                                     state.counters["peak_bytes"] = bytes;
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1)
        ->Repetitions(1);
}

/// Peak resident memory of this process in bytes (Linux).
inline double peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return 1024 * std::stod(line.substr(6));
    }
    return 0;
}

/// Trains as a user does, for a few batches, on at least 2,048 synthetic images. `register_memory` starts it.
template <class Net>
void train_briefly(int batch) {
    Threads threads(2);
    const Dataset images = synthetic_dataset(2048, 1, 1).train;
    Batches<float> batches(images, {.batch_size = batch, .shuffle = true});
    Net network(1);
    Trainer<Net> trainer(network, threads, {.epochs = 1});
    EpochRecord record;
    trainer.train_epoch(batches, record);
}

/// A network and its name, such as "cifar10/group".
struct Entry {
    std::string network;
    void (*add)(const std::string& network);
    void (*train_briefly)(int batch);
};

/// The experiment's network with one norm, at several batch sizes.
template <class Norm>
void add_cifar10(const std::string& network) {
    using Net = Cifar10Net<Norm>;
    for (const int threads : {1, 2}) register_training<Net>(network, 128, threads);
    if constexpr (!everything) return;
    register_scaling<Net>(network, 128);
    for (const int batch : {16, 64, 512}) register_training<Net>(network, batch, 2);
    for (const int batch : {1, 128}) {
        for (const int threads : {1, 2}) {
            if (batch >= threads) register_inference<Net>(network, batch, threads);
        }
    }
    register_split<Net>(network);
    for (const int batch : {16, 64, 128, 256, 512, 1024}) register_memory(network, batch);
}

/// ResNet-20 with one norm.
template <class Norm>
void add_resnet20(const std::string& network) {
    using Net = ResNet20<Norm>;
    for (const int threads : {1, 2}) register_training<Net>(network, 128, threads);
    register_scaling<Net>(network, 128);
    register_inference<Net>(network, 128, 2);
    register_split<Net>(network);
}

/// Each network is in a file of its own, because compiling one takes long, and files are compiled in parallel.
Entry cifar10_none(), cifar10_batch(), cifar10_group(), cifar10_layer(), resnet20_batch(), resnet20_group();

}  // namespace norma::bench
