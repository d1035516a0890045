#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// One step of a network with a smooth loss: Σ over samples and outputs z of c·z + z²/4, where every output of every
/// sample has its own c.
template <class Net>
struct CheckedRun {
    using T = typename Net::Scalar;  ///< of the logits

    /// c of output `output` of sample `sample`.
    static double slope(std::size_t sample, std::size_t output) {
        return std::cos(static_cast<double>(3 * sample + 2 * output + 1));
    }
    /// The loss of these logits.
    static double loss(const std::vector<std::vector<double>>& logits) {
        double sum = 0.0;
        for (std::size_t n = 0; n < logits.size(); ++n) {
            for (std::size_t k = 0; k < logits[n].size(); ++k) {
                sum += (slope(n, k) + logits[n][k] / 4) * logits[n][k];
            }
        }
        return sum;
    }

    /// Runs the batch.
    template <class Executor, class Batch>
    CheckedRun(Executor& executor, const Net& net, const Batch& batch, StepName name)
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

    std::vector<T> logits;  ///< sample after sample
};

/// Rows one after another.
inline std::vector<double> flattened(const std::vector<std::vector<double>>& rows) {
    std::vector<double> all;
    for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
    return all;
}

}  // namespace norma::inline NORMA_TARGET::conformance
