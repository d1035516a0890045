#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/loss_ref.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Rows one after another.
inline std::vector<double> flattened(const std::vector<std::vector<double>>& rows) {
    std::vector<double> all;
    for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
    return all;
}

/// One step of a network with a smooth loss: Σ over samples and outputs z of c·z + z²/4, where every output of every
/// sample has its own c. The numbers of taps that the mode computes are outputs too, after the network's.
template <class Net>
struct CheckedRun {
    using T = typename Net::Scalar;  ///< of the logits

    /// c of output `output` of sample `sample`.
    static double slope(std::size_t sample, std::size_t output) {
        return std::cos(static_cast<double>(3 * sample + 2 * output + 1));
    }
    /// The loss of these outputs, a row for each sample.
    static double loss(const std::vector<std::vector<double>>& outputs) {
        double sum = 0.0;
        for (std::size_t n = 0; n < outputs.size(); ++n) {
            for (std::size_t k = 0; k < outputs[n].size(); ++k) {
                sum += (slope(n, k) + outputs[n][k] / 4) * outputs[n][k];
            }
        }
        return sum;
    }

    /// Runs the batch.
    template <class Executor, class Batch>
    CheckedRun(Executor& executor, const Net& net, const Batch& batch, StepName name)
        : logits(static_cast<std::size_t>(batch.size() * Net::outputs)) {
        std::vector<std::vector<T>> rows(static_cast<std::size_t>(batch.size()));
        executor.run(
            net, batch,
            [&](int i, const T* z, T* gradient, const TapValues<T>& values = {}) {
                const std::size_t n = static_cast<std::size_t>(i);
                std::size_t output = 0;
                const auto take = [&](T value, T* to) {
                    if (to != nullptr) *to = static_cast<T>(slope(n, output)) + value / 2;
                    ++output;
                };
                for (std::size_t k = 0; k < std::size_t(Net::outputs); ++k) {
                    logits[n * std::size_t(Net::outputs) + k] = z[k];
                    take(z[k], gradient == nullptr ? nullptr : gradient + k);
                }
                for (std::size_t tap = 0; tap < values.size(); ++tap) {
                    const std::span<const T> value = values.value(tap);
                    for (std::size_t k = 0; k < value.size(); ++k) {
                        rows[n].push_back(value[k]);
                        take(value[k], gradient == nullptr ? nullptr : &values.gradient(tap)[k]);
                    }
                }
            },
            name);
        for (const std::vector<T>& row : rows) taps.insert(taps.end(), row.begin(), row.end());
    }

    std::vector<T> logits;  ///< sample after sample
    std::vector<T> taps;    ///< likewise, tap after tap
};

}  // namespace norma::inline NORMA_TARGET::conformance
