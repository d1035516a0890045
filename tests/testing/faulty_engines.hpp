#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/mode.hpp"

/// Engines for the checks that err on purpose, each in one way.
namespace faulty {

/// Norma's executor, with what an engine does behind a run, and in front of the head.
template <class Net, norma::Mode M>
class Wrapped {
public:
    using T = typename Net::Scalar;
    static constexpr bool trains = M.gradients;

    Wrapped(norma::Threads& threads, int most_samples) : threads(threads.count()), executor(threads, most_samples) {}
    auto gradient() { return executor.gradient(); }
    void track_statistics(Net& network, bool cumulative = false) { executor.track_statistics(network, cumulative); }

    /// Adds `shift(i, k)` to output `k` of sample `i`.
    template <class Batch, class Head, class Shift>
    void run_shifted(const Net& network, const Batch& batch, const Head& head, norma::StepName name,
                     const Shift& shift) {
        executor.run(
            network, batch,
            [&](int i, const T* logits, T* gradient) {
                std::vector<T> shifted(logits, logits + Net::outputs);
                for (int k = 0; k < Net::outputs; ++k) shifted[std::size_t(k)] += shift(i, k);
                head(i, shifted.data(), gradient);
            },
            name);
    }
    template <class Batch, class Head>
    void run(const Net& network, const Batch& batch, const Head& head, norma::StepName name) {
        executor.run(network, batch, head, name);
    }

    int threads;
    norma::Executor<Net, M> executor;
};

/// The first number of the last sample of a batch.
template <class T, class Net, class Batch>
T last_number(const Batch& batch) {
    std::vector<T> sample(std::size_t(Net::input_extent.size()));
    batch.load(batch.size() - 1, sample.data());
    return sample[0];
}

/// A norm's weight 5 gets a gradient that is off by a thousandth.
struct WrongGradient {
    template <class Net, norma::Mode M>
    struct Executor : Wrapped<Net, M> {
        using Wrapped<Net, M>::Wrapped;
        template <class Batch, class Head>
        void run(const Net& network, const Batch& batch, const Head& head, norma::StepName name) {
            this->executor.run(network, batch, head, name);
            if constexpr (M.gradients) {
                constexpr int at = Net::template plan<M>.stages[1].weight_offset + 5;
                this->gradient()[at] *= 1.001;
            }
        }
    };
};

/// In training, output 1 of sample 2 is off by a millionth.
struct WrongOutput {
    template <class Net, norma::Mode M>
    struct Executor : Wrapped<Net, M> {
        using Wrapped<Net, M>::Wrapped;
        template <class Batch, class Head>
        void run(const Net& network, const Batch& batch, const Head& head, norma::StepName name) {
            this->run_shifted(network, batch, head, name,
                              [](int i, int k) { return M.gradients && i == 2 && k == 1 ? 1e-6 : 0.0; });
        }
    };
};

/// In evaluation, every output takes in a number of the last sample.
struct EvaluatesByTheBatch {
    template <class Net, norma::Mode M>
    struct Executor : Wrapped<Net, M> {
        using Wrapped<Net, M>::Wrapped;
        template <class Batch, class Head>
        void run(const Net& network, const Batch& batch, const Head& head, norma::StepName name) {
            const double aside = last_number<double, Net>(batch);
            this->run_shifted(network, batch, head, name, [&](int, int) { return M.gradients ? 0.0 : 1e-3 * aside; });
        }
    };
};

/// The same in training.
struct LooksAside {
    template <class Net, norma::Mode M>
    struct Executor : Wrapped<Net, M> {
        using Wrapped<Net, M>::Wrapped;
        template <class Batch, class Head>
        void run(const Net& network, const Batch& batch, const Head& head, norma::StepName name) {
            const double aside = last_number<double, Net>(batch);
            this->run_shifted(network, batch, head, name, [&](int, int) { return M.gradients ? 1e-3 * aside : 0.0; });
        }
    };
};

/// The first gradient has another last bit at each number of threads.
struct SumsByThreads {
    template <class Net, norma::Mode M>
    struct Executor : Wrapped<Net, M> {
        using Wrapped<Net, M>::Wrapped;
        template <class Batch, class Head>
        void run(const Net& network, const Batch& batch, const Head& head, norma::StepName name) {
            this->executor.run(network, batch, head, name);
            if constexpr (M.gradients) {
                for (int i = 1; i < this->threads; ++i) {
                    this->gradient()[0] = std::nextafter(this->gradient()[0], 1e9);
                }
            }
        }
    };
};

/// The first gradient takes in what a sample left behind in a run before: nothing of numbers, all of not-a-numbers.
struct AddsToTheLast {
    template <class Net, norma::Mode M>
    struct Executor : Wrapped<Net, M> {
        using Wrapped<Net, M>::Wrapped;
        double left = 0;
        template <class Batch, class Head>
        void run(const Net& network, const Batch& batch, const Head& head, norma::StepName name) {
            this->executor.run(network, batch, head, name);
            if constexpr (M.gradients) this->gradient()[0] += left;
            left = 0 * last_number<double, Net>(batch);
        }
    };
};

/// Tracks a variance that is a twentieth too small.
struct TracksBiased {
    template <class Net, norma::Mode M>
    struct Executor : Wrapped<Net, M> {
        using Wrapped<Net, M>::Wrapped;
        void track_statistics(Net& network, bool cumulative = false) {
            this->executor.track_statistics(network, cumulative);
            for (auto& v : network.running_variance()) v *= 0.95;
        }
    };
};

}  // namespace faulty
