#pragma once

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/training/optimiser.hpp"

namespace norma::inline NORMA_TARGET {

/// Settings and defaults of PyTorch's torch.optim.AdamW; its default learning rate is 0.001.
struct AdamWOptions {
    std::array<double, 2> betas = {0.9, 0.999};  ///< shares of the old in the running mean of gradients, of squares
    double eps = 1e-8;                           ///< added to the root of the second moment
    double weight_decay = 0.01;                  ///< times the rate, taken off the weights themselves
};

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019, arXiv 1711.05101), in PyTorch's form. In step t,
/// counted from 1: w ← w · (1 − rate · weight_decay); m ← m + (1 − β₁)(g − m); v ← β₂ v + (1 − β₂) g²;
/// w ← w − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps).
template <class T>
class AdamW {
public:
    /// What a trainer that uses it is told.
    using Options = AdamWOptions;

    /// For `size` parameters.
    /// @throws OptionError if a beta is not in [0, 1), eps is not above 0 as a `T`, or weight decay is negative.
    explicit AdamW(std::size_t size, const AdamWOptions& options = {}) : options_(options), mean_(size), square_(size) {
        for (const double beta : options.betas) {
            if (!(beta >= 0 && beta < 1)) {
                raise<OptionError>("betas: " + std::to_string(beta) + " is not in 0 to below 1");
            }
        }
        if (!(static_cast<T>(options.eps) > 0)) {
            raise<OptionError>("eps: " + std::to_string(options.eps) + " is not above 0, or too small to tell from it");
        }
        if (!(options.weight_decay >= 0)) {
            raise<OptionError>("weight decay: " + std::to_string(options.weight_decay) + " is negative");
        }
    }

    /// One step of all parameters at learning rate `rate`; changes `parameters` in place.
    void step(std::span<T> parameters, std::span<const T> gradient, double rate) {
        using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
        ++steps_;
        const auto size = static_cast<Eigen::Index>(mean_.size());
        Eigen::Map<Array> w(parameters.data(), size);
        Eigen::Map<Array> m(mean_.data(), size);
        Eigen::Map<Array> v(square_.data(), size);
        const Eigen::Map<const Array> g(gradient.data(), size);
        const auto [beta1, beta2] = options_.betas;
        const double t = static_cast<double>(steps_);
        const T kept = static_cast<T>(1 - rate * options_.weight_decay);
        const T size_of_step = static_cast<T>(rate / (1 - std::pow(beta1, t)));
        const T root = static_cast<T>(std::sqrt(1 - std::pow(beta2, t)));
        m += static_cast<T>(1 - beta1) * (g - m);
        v = static_cast<T>(beta2) * v + static_cast<T>(1 - beta2) * g.square();
        w = kept * w - size_of_step * m / (v.sqrt() / root + static_cast<T>(options_.eps));
    }

    /// All that a later step depends on besides `steps()`: the running means of gradients and of their squares.
    std::array<StateArray<T>, 2> state() { return {{{"exp_avg", mean_}, {"exp_avg_sq", square_}}}; }
    /// The same, to read.
    std::array<StateArray<const T>, 2> state() const { return {{{"exp_avg", mean_}, {"exp_avg_sq", square_}}}; }
    /// Steps taken so far.
    std::int64_t steps() const { return steps_; }
    /// Sets what `steps` tells.
    void set_steps(std::int64_t steps) { steps_ = steps; }

private:
    AdamWOptions options_;
    AlignedBuffer<T> mean_;
    AlignedBuffer<T> square_;
    std::int64_t steps_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
