#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/training/optimiser.hpp"

namespace norma::inline NORMA_TARGET {

/// Options and defaults of PyTorch's torch.optim.AdamW, whose default learning rate is 0.001.
struct AdamWOptions {
    std::array<double, 2> betas = {0.9, 0.999};  ///< weight of the old value in the moving averages m and v
    double eps = 1e-8;                           ///< added to the root of v
    double weight_decay = 0.01;                  ///< a step multiplies weights by 1 − rate · weight_decay
};

namespace detail {
/// Refuses options of `AdamW` that are outside their ranges, for numbers of type `T`.
/// @throws OptionError if a beta is not in [0, 1), eps is not above 0 (as a `T`) and below 1,000,000, or weight decay
/// is not in [0, 1,000,000).
template <class T>
void validate_adamw(const AdamWOptions& options) {
    for (const double beta : options.betas) {
        if (is_nan(beta) || !(beta >= 0 && beta < 1)) {
            raise<OptionError>({"betas: ", beta, " is not in 0 to below 1"});
        }
    }
    if (is_nan(options.eps) || !(static_cast<T>(options.eps) > 0) || !(options.eps < 1e6)) {
        raise<OptionError>({"eps: ", options.eps, " is not above 0 (or is rounded to 0) and below 1,000,000"});
    }
    verify_weight_decay(options.weight_decay);
}

/// Step number `t` of AdamW, counted from 1, of `parameters` with their moving averages `mean` and `square`.
template <class T>
void step_adamw(const AdamWOptions& options, double t, double rate, double weight_decay, std::span<T> parameters,
                const T* gradient, T* mean, T* square) {
    const auto [beta1, beta2] = options.betas;
    const T shrink = static_cast<T>(1 - rate * weight_decay);
    const T minus_rate = -static_cast<T>(rate / (1 - std::pow(beta1, t)));
    const T root = static_cast<T>(std::sqrt(1 - std::pow(beta2, t)));
    const T eps = static_cast<T>(options.eps);
    const T gradient_weight = static_cast<T>(1 - beta1);
    const T old_square_weight = static_cast<T>(beta2);
    const T square_weight = static_cast<T>(1 - beta2);
    simd::for_each_packet<T>(parameters.size(), [&]<class P>(std::size_t i) {
        const P w = simd::load<P>(parameters.data() + i);
        const P g = simd::load<P>(gradient + i);
        const P old = simd::load<P>(mean + i);
        const P m = simd::multiply_add(simd::set<P>(gradient_weight), simd::subtract(g, old), old);
        const P v = simd::multiply_add(simd::set<P>(old_square_weight), simd::load<P>(square + i),
                                       simd::multiply(simd::set<P>(square_weight), simd::multiply(g, g)));
        const P scale = simd::add(simd::divide(simd::square_root(v), simd::set<P>(root)), simd::set<P>(eps));
        simd::store(mean + i, m);
        simd::store(square + i, v);
        simd::store(parameters.data() + i,
                    simd::multiply_add(simd::set<P>(shrink), w,
                                       simd::divide(simd::multiply(simd::set<P>(minus_rate), m), scale)));
    });
}
}  // namespace detail

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019, arXiv 1711.05101), in PyTorch's form. In step t,
/// counted from 1: w ← w · (1 − rate · weight_decay); m ← m + (1 − β₁)(g − m); v ← β₂ v + (1 − β₂) g²;
/// w ← w − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps).
template <class T>
class AdamW {
public:
    /// What its constructor takes.
    using Options = AdamWOptions;

    /// For `size` parameters.
    /// @throws OptionError if a beta is not in [0, 1), eps is not above 0 (as a `T`) and below 1,000,000, or weight
    /// decay is not in [0, 1,000,000).
    explicit AdamW(std::size_t size, const AdamWOptions& options = {}) : options_(options), mean_(size), square_(size) {
        detail::validate_adamw<T>(options);
    }

    /// One step at learning rate `rate`; changes `parameters` in place.
    /// @throws DataError if `parameters` or `gradient` does not have the size that the constructor got; OptionError if
    /// the rate is not in [0, 1,000,000).
    void step(std::span<T> parameters, std::span<const T> gradient, double rate) {
        const ParameterRun all{.offset = 0, .size = parameters.size()};
        step(parameters, gradient, rate, {&all, 1});
    }

    /// One step of the parameters in `runs`, each with its factor on the rate and its weight decay; all others, and
    /// their moving averages, are not changed.
    /// @throws as above.
    void step(std::span<T> parameters, std::span<const T> gradient, double rate, std::span<const ParameterRun> runs) {
        verify_rate(rate);
        refuse_other_sizes(mean_.size(), parameters.size(), gradient.size());
        ++steps_;
        for (const ParameterRun& run : runs) {
            detail::step_adamw<T>(options_, static_cast<double>(steps_), rate * run.rate,
                                  run.weight_decay.value_or(options_.weight_decay),
                                  parameters.subspan(run.offset, run.size), gradient.data() + run.offset,
                                  mean_.data() + run.offset, square_.data() + run.offset);
        }
    }

    /// What later steps depend on besides `steps()`: m and v, the moving averages of gradients and of their squares.
    std::array<StateArray<T>, 2> state() { return {{{"exp_avg", mean_}, {"exp_avg_sq", square_}}}; }
    /// The same, to read.
    std::array<StateArray<const T>, 2> state() const { return {{{"exp_avg", mean_}, {"exp_avg_sq", square_}}}; }
    /// Steps taken so far.
    std::int64_t steps() const { return steps_; }
    /// Sets `steps()`.
    void set_steps(std::int64_t steps) { steps_ = steps; }
    /// Its options, as names and values.
    std::vector<Setting> settings() const {
        return {{"first beta", setting_text(options_.betas[0])},
                {"second beta", setting_text(options_.betas[1])},
                {"eps", setting_text(options_.eps)},
                {"weight decay", setting_text(options_.weight_decay)}};
    }

private:
    AdamWOptions options_;
    AlignedBuffer<T> mean_;
    AlignedBuffer<T> square_;
    std::int64_t steps_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
