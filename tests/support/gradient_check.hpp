#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include "norma/core/parallel.hpp"
#include "norma/network/executor.hpp"
#include "reference_network.hpp"
#include "toy_data.hpp"

/// Largest difference, relative to the largest number of `reference`; infinite where one is not finite.
template <class A, class B>
double worst_error(const A& got, const B& reference) {
    REQUIRE(got.size() == reference.size());
    double worst = 0.0;
    double largest = 1e-30;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double error = std::abs(static_cast<double>(got[i]) - static_cast<double>(reference[i]));
        if (!std::isfinite(error)) return std::numeric_limits<double>::infinity();
        worst = std::max(worst, error);
        largest = std::max(largest, std::abs(static_cast<double>(reference[i])));
    }
    return worst / largest;
}

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// What a training step of a network gives under a loss with no kinks: Σ over samples and outputs of c·z + z²/4, where
/// every output of every sample has its own c.
template <class Net>
struct CheckedRun {
    using T = typename Net::Scalar;

    static double slope(std::size_t sample, std::size_t output) {
        return std::cos(static_cast<double>(3 * sample + 2 * output + 1));
    }
    static double loss(const std::vector<std::vector<double>>& logits) {
        double sum = 0.0;
        for (std::size_t n = 0; n < logits.size(); ++n) {
            for (std::size_t k = 0; k < logits[n].size(); ++k) {
                sum += (slope(n, k) + logits[n][k] / 4) * logits[n][k];
            }
        }
        return sum;
    }

    template <class Executor, class Batch>
    CheckedRun(Executor& executor, const Net& net, const Batch& batch, norma::StepName name)
        : logits(static_cast<std::size_t>(batch.size() * Net::outputs)) {
        executor.run(
            net, batch,
            [this](int i, const T* z, T* gradient) {
                for (std::size_t k = 0; k < std::size_t(Net::outputs); ++k) {
                    logits[static_cast<std::size_t>(i) * std::size_t(Net::outputs) + k] = z[k];
                    if (gradient != nullptr) {
                        gradient[k] = static_cast<T>(slope(static_cast<std::size_t>(i), k)) + z[k] / 2;
                    }
                }
            },
            name);
    }

    std::vector<T> logits;
};

inline std::vector<double> flattened(const std::vector<std::vector<double>>& rows) {
    std::vector<double> all;
    for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
    return all;
}

/// Checks a network of doubles on `samples` made-up samples against the plain loops of ReferenceNetwork: logits in
/// training and in evaluation, running statistics, and the gradient of every parameter against central differences with
/// a fixed step. `seed` is chosen so that no ReLU or maximum changes its mind within that step. All of it must be the
/// same bits at three threads, and after a batch of not-a-numbers went through the same memory.
template <class Net>
void check_network(int samples, std::uint64_t seed) {
    using namespace norma;
    constexpr double step = 1e-6;
    const StepName name{seed, 3};
    const ReferenceNetwork<Net> reference;
    Net net(seed);
    REQUIRE(net.parameters().size() == reference.parameters_size());
    const std::vector<std::size_t> learned = reference.learned();
    REQUIRE(learned.size() == std::size_t(Net::parameter_count));
    const std::vector<double> shifts = toy_numbers(seed + 1, learned.size());
    for (std::size_t i = 0; i < learned.size(); ++i) net.parameters()[learned[i]] += 0.3 * shifts[i];
    const ToyBatch<double> batch(Net::input_extent, samples, seed);

    Threads one(1);
    Executor<Net, training_mode> executor(one, samples);
    const CheckedRun<Net> run(executor, net, batch, name);
    const auto expected = reference.run(net, batch, training_mode, name.seed, name.step);
    CHECK(worst_error(run.logits, flattened(expected.logits)) < 1e-11);

    std::vector<double> gradient;
    for (const std::size_t at : learned) gradient.push_back(executor.gradient()[at]);
    std::vector<double> differences;
    std::vector<double> parameters(net.parameters().begin(), net.parameters().end());
    for (const std::size_t at : learned) {
        const double here = parameters[at];
        const auto loss_at = [&](double value) {
            parameters[at] = value;
            return CheckedRun<Net>::loss(
                reference.run(parameters, net, batch, training_mode, name.seed, name.step).logits);
        };
        differences.push_back((loss_at(here + step) - loss_at(here - step)) / (2 * step));
        parameters[at] = here;
    }
    CHECK(worst_error(gradient, differences) < 1e-7);

    Threads three(3);
    Executor<Net, training_mode> poisoned(three, samples + 14);
    const CheckedRun<Net> poison(poisoned, net, ToyBatch<double>::poison(Net::input_extent, samples + 14), name);
    const CheckedRun<Net> again(poisoned, net, batch, name);
    CHECK(same_bits<double>(again.logits, run.logits));
    CHECK(same_bits<double>(poisoned.gradient(), executor.gradient()));

    Net tracked = net;
    executor.track_statistics(tracked, true);
    if (Net::couples_samples) {
        CHECK(worst_error(tracked.running_mean(), expected.mean) < 1e-11);
        CHECK(worst_error(tracked.running_variance(), expected.unbiased_variance) < 1e-11);
    }
    Executor<Net, evaluation_mode> evaluation(three, samples + 14);
    const CheckedRun<Net> poison_evaluation(evaluation, tracked,
                                            ToyBatch<double>::poison(Net::input_extent, samples + 14), name);
    const CheckedRun<Net> evaluated(evaluation, tracked, batch, name);
    CHECK(worst_error(evaluated.logits,
                      flattened(reference.run(tracked, batch, evaluation_mode, name.seed, name.step).logits)) < 1e-11);
}
