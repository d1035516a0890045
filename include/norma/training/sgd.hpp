#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/training/optimiser.hpp"

namespace norma::inline NORMA_TARGET {

/// Options of PyTorch's torch.optim.SGD. The defaults are those of norma's experiment.
struct SgdOptions {
    double momentum = 0.9;    ///< weight of the old velocity
    double weight_decay = 0;  ///< weight_decay · w is added to the gradient
    bool nesterov = false;    ///< Nesterov momentum
};

/// Stochastic gradient descent with momentum, in PyTorch's form: g ← gradient + weight_decay · w; v ← momentum · v + g;
/// w ← w − rate · v, or with Nesterov momentum w ← w − rate · (g + momentum · v).
template <class T>
class Sgd {
public:
    /// What its constructor takes.
    using Options = SgdOptions;

    /// For `size` parameters.
    /// @throws OptionError if momentum is not in [0, 1), weight decay is not in [0, 1,000,000), or `nesterov` is true
    /// with momentum 0.
    explicit Sgd(std::size_t size, const SgdOptions& options = {}) : options_(options), velocity_(size) {
        if (is_nan(options.momentum) || !(options.momentum >= 0 && options.momentum < 1)) {
            raise<OptionError>({"momentum: ", options.momentum, " is not in 0 to below 1"});
        }
        verify_weight_decay(options.weight_decay);
        if (options.nesterov && !(options.momentum > 0)) {
            raise<OptionError>("nesterov: Nesterov momentum needs a momentum above 0");
        }
    }

    /// One step at learning rate `rate`; changes `parameters` in place.
    /// @throws DataError if `parameters` or `gradient` does not have the size that the constructor got; OptionError if
    /// the rate is not in [0, 1,000,000).
    void step(std::span<T> parameters, std::span<const T> gradient, double rate) {
        const ParameterRun all{.offset = 0, .size = parameters.size()};
        step(parameters, gradient, rate, {&all, 1});
    }

    /// One step of the parameters in `runs`, each with its factor on the rate and its weight decay; all others, and
    /// their velocity, are not changed.
    /// @throws as above.
    NORMA_NOINLINE void step(std::span<T> parameters, std::span<const T> gradient, double rate,
                             std::span<const ParameterRun> runs) {
        verify_rate(rate);
        refuse_other_sizes(velocity_.size(), parameters.size(), gradient.size());
        for (const ParameterRun& run : runs) {
            const T decay = static_cast<T>(run.weight_decay.value_or(options_.weight_decay));
            step_run(parameters.subspan(run.offset, run.size), gradient.data() + run.offset,
                     velocity_.data() + run.offset, -static_cast<T>(rate * run.rate), decay);
        }
    }

    /// The velocity v, in the parameters' order.
    std::span<T> velocity() { return velocity_; }
    std::span<const T> velocity() const { return velocity_; }
    /// What later steps depend on: the velocity.
    std::array<StateArray<T>, 1> state() { return {{{"momentum_buffer", velocity_}}}; }
    /// The same, to read.
    std::array<StateArray<const T>, 1> state() const { return {{{"momentum_buffer", velocity_}}}; }
    /// Its options, as names and values.
    std::vector<Setting> settings() const {
        std::vector<Setting> settings;
        add_setting(settings, "momentum", setting_text(options_.momentum));
        add_setting(settings, "weight decay", setting_text(options_.weight_decay));
        add_setting(settings, "Nesterov", setting_text(options_.nesterov));
        return settings;
    }

private:
    void step_run(std::span<T> parameters, const T* gradient, T* velocity, T minus_rate, T decay) const {
        const T momentum = static_cast<T>(options_.momentum);
        simd::for_each_packet<T>(parameters.size(), [&]<class P>(std::size_t i) {
            const P w = simd::load<P>(parameters.data() + i);
            const P g = simd::multiply_add(simd::set<P>(decay), w, simd::load<P>(gradient + i));
            const P v = simd::multiply_add(simd::set<P>(momentum), simd::load<P>(velocity + i), g);
            const P ahead = options_.nesterov ? simd::multiply_add(simd::set<P>(momentum), v, g) : v;
            simd::store(velocity + i, v);
            simd::store(parameters.data() + i, simd::multiply_add(simd::set<P>(minus_rate), ahead, w));
        });
    }

    SgdOptions options_;
    AlignedBuffer<T> velocity_;
};

}  // namespace norma::inline NORMA_TARGET
