#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/graph/mode.hpp"
#include "norma/network/executor.hpp"

/// Engines for the checks, each with one fault on purpose.
namespace faulty {

/// The first number of the last sample of a batch.
template <class Net, class Batch>
double last_number(const Batch& batch) {
    std::vector<double> sample(std::size_t(Net::input_extent.size()));
    batch.load(batch.size() - 1, sample.data());
    return sample[0];
}

/// Norma's executor with a fault: a Fault replaces one of the three functions here, which change nothing. `aside` is
/// the first number of the batch's last sample.
template <class Fault>
struct Engine {
    /// What is added to output `k` of sample `i`.
    static double shift(bool /*trains*/, int /*i*/, int /*k*/, double /*aside*/) { return 0; }
    /// Changes a training step's gradient.
    template <class Net, norma::Mode M, class Gradient>
    void spoil_gradient(Gradient /*gradient*/, double /*aside*/, int /*threads*/) {}
    /// Changes the running variance once it is tracked.
    static void spoil_variance(double& /*variance*/) {}

    template <class Net, norma::Mode M>
    class Executor {
    public:
        using T = typename Net::Scalar;

        Executor(norma::Threads& threads, int most_samples)
            : threads_(threads.count()), executor_(threads, most_samples) {}
        auto gradient() { return executor_.gradient(); }

        void track_statistics(Net& network, bool cumulative = false) {
            executor_.track_statistics(network, cumulative);
            for (auto& v : network.running_var()) Fault::spoil_variance(v);
        }

        template <class Batch, class Loss>
        void run(const Net& network, const Batch& batch, const Loss& loss, norma::StepName name) {
            const double aside = last_number<Net>(batch);
            executor_.run(
                network, batch,
                [&](int i, const T* logits, T* gradient) {
                    std::vector<T> shifted(logits, logits + Net::outputs);
                    for (int k = 0; k < Net::outputs; ++k) {
                        shifted[std::size_t(k)] += Fault::shift(M.gradients, i, k, aside);
                    }
                    loss(i, shifted.data(), gradient);
                },
                name);
            if constexpr (M.gradients) fault_.template spoil_gradient<Net, M>(gradient(), aside, threads_);
        }

    private:
        int threads_;
        norma::Executor<Net, M> executor_;
        Fault fault_;
    };
};

/// The gradient of a norm's weight 5 is wrong by a thousandth.
struct WrongGradient : Engine<WrongGradient> {
    template <class Net, norma::Mode M, class Gradient>
    void spoil_gradient(Gradient gradient, double /*aside*/, int /*threads*/) {
        gradient[Net::graph.nodes[1].weight_offset + 5] *= 1.001;
    }
};

/// In training, output 1 of sample 2 is wrong by a millionth.
struct WrongOutput : Engine<WrongOutput> {
    static double shift(bool trains, int i, int k, double /*aside*/) { return trains && i == 2 && k == 1 ? 1e-6 : 0; }
};

/// In evaluation, every output depends on a number of the last sample.
struct EvaluatesByTheBatch : Engine<EvaluatesByTheBatch> {
    static double shift(bool trains, int /*i*/, int /*k*/, double aside) { return trains ? 0 : 1e-3 * aside; }
};

/// The same in training.
struct LooksAside : Engine<LooksAside> {
    static double shift(bool trains, int /*i*/, int /*k*/, double aside) { return trains ? 1e-3 * aside : 0; }
};

/// The first gradient has another last bit at each number of threads.
struct SumsByThreads : Engine<SumsByThreads> {
    template <class Net, norma::Mode M, class Gradient>
    void spoil_gradient(Gradient gradient, double /*aside*/, int threads) {
        for (int i = 1; i < threads; ++i) gradient[0] = std::nextafter(gradient[0], 1e9);
    }
};

/// The first gradient depends on a value left over from an earlier run, if that is NaN.
struct AddsToTheLast : Engine<AddsToTheLast> {
    double left = 0;
    template <class Net, norma::Mode M, class Gradient>
    void spoil_gradient(Gradient gradient, double aside, int /*threads*/) {
        gradient[0] += left;
        left = 0 * aside;
    }
};

/// Tracks a variance that is a twentieth too small.
struct TracksBiased : Engine<TracksBiased> {
    static void spoil_variance(double& variance) { variance *= 0.95; }
};

}  // namespace faulty
