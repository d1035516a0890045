#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/network/parameter_info.hpp"
#include "norma/ops/facts.hpp"
#include "norma/training/adamw.hpp"
#include "norma/training/optimiser.hpp"
#include "norma/training/orthogonaliser.hpp"

namespace norma::inline NORMA_TARGET {

/// By what Muon multiplies the update of a matrix of A rows (outputs) and B columns.
enum class MuonScale {
    original,        ///< √max(1, A / B)
    match_rms_adamw  ///< 0.2 · √max(A, B), so that updates are as large as AdamW's and one learning rate suits both
};

/// Options of Muon. The defaults are those of PyTorch's torch.optim.Muon.
struct MuonOptions {
    double momentum = 0.95;                 ///< share of the old momentum
    bool nesterov = true;                   ///< Nesterov momentum
    double weight_decay = 0.1;              ///< a step multiplies weights by 1 − rate · weight_decay
    int iterations = 5;                     ///< of Newton and Schulz
    double eps = 1e-7;                      ///< the least norm by which a matrix is divided
    MuonScale scale = MuonScale::original;  ///< of the updates
    AdamWOptions others = {};               ///< of the parameters that are no matrices
    double others_rate = 1;                 ///< factor on the learning rate of these

    /// Whether Muon steps a weight of a convolution or a linear layer; if empty, it steps all of them. Recipes often
    /// leave out the first and the last layer.
    std::function<bool(const ParameterInfo&)> takes = {};
};

/// Muon (Jordan et al., 2024; PyTorch's torch.optim.Muon) for the weights of convolutions and linear layers, as
/// matrices of outputs times the rest: m ← momentum · m + (1 − momentum) g; u ← m, or with Nesterov momentum
/// momentum · m + (1 − momentum) g; w ← w · (1 − rate · weight_decay) − rate · scale · orthogonal(u), where a few
/// iterations of Newton and Schulz bring all singular values of u near 1. All other parameters are stepped by AdamW.
/// The matrices are orthogonalised in `T`, where PyTorch takes bfloat16. A thread takes whole matrices, so a step has
/// the same bits at any number of threads.
template <class T>
class Muon {
public:
    /// What its constructor takes.
    using Options = MuonOptions;

    /// For `size` numbers, the `parameters` with the gaps between them.
    /// @throws OptionError if the momentum is not in [0, 1), the weight decay or the factor is not in [0, 1,000,000),
    /// there are no iterations, eps is not above 0, or an option of `others` is outside its range.
    Muon(std::size_t size, std::span<const ParameterInfo> parameters, const MuonOptions& options = {})
        : Muon(size, layout_of(parameters, options), options) {}

    /// One step at learning rate `rate`; changes `parameters` in place.
    /// @throws DataError if `parameters` or `gradient` does not have the size that the constructor got; OptionError if
    /// the rate is not in [0, 1,000,000).
    void step(std::span<T> parameters, std::span<const T> gradient, double rate) {
        const ParameterRun all{.offset = 0, .size = parameters.size()};
        step(parameters, gradient, rate, {&all, 1});
    }

    /// One step of the parameters in `runs`, each with its factor on the rate and its weight decay; all others, and
    /// their state, are not changed.
    /// @throws as above.
    void step(std::span<T> parameters, std::span<const T> gradient, double rate, std::span<const ParameterRun> runs) {
        verify_rate(rate);
        refuse_other_sizes(size_, parameters.size(), gradient.size());
        ++steps_;
        tasks_.clear();
        for (const ParameterRun& run : runs) {
            for (const Part& part : parts_) {
                if (part.offset < run.offset || part.offset + part.size > run.offset + run.size) continue;
                if (part.rows > 0) {
                    tasks_.push_back({&part, rate * run.rate, run.weight_decay.value_or(options_.weight_decay)});
                    continue;
                }
                detail::step_adamw<T>(
                    options_.others, static_cast<double>(steps_), rate * run.rate * options_.others_rate,
                    run.weight_decay.value_or(options_.others.weight_decay), parameters.subspan(part.offset, part.size),
                    gradient.data() + part.offset, mean_.data() + part.at, square_.data() + part.at);
            }
        }
        const auto step_task = [&](int k, int slot) {
            const Task& task = tasks_[static_cast<std::size_t>(k)];
            step_matrix(task, parameters.subspan(task.part->offset, task.part->size),
                        gradient.data() + task.part->offset, orthogonalisers_[static_cast<std::size_t>(slot)]);
        };
        const int count = static_cast<int>(tasks_.size());
        if (threads_ != nullptr && count > 1) return threads_->for_each(count, step_task);
        for (int k = 0; k < count; ++k) step_task(k, 0);
    }

    /// From now on, steps share their matrices among these threads, which must outlive it. A trainer calls this.
    void set_threads(Threads& threads) {
        threads_ = &threads;
        orthogonalisers_.resize(static_cast<std::size_t>(threads.count()), orthogonalisers_.front());
    }

    /// What later steps depend on besides `steps()`: the momentum of the matrices, and AdamW's moving averages of the
    /// others.
    std::array<StateArray<T>, 3> state() {
        return {{{"momentum_buffer", momentum_}, {"exp_avg", mean_}, {"exp_avg_sq", square_}}};
    }
    /// The same, to read.
    std::array<StateArray<const T>, 3> state() const {
        return {{{"momentum_buffer", momentum_}, {"exp_avg", mean_}, {"exp_avg_sq", square_}}};
    }
    /// Steps taken so far.
    std::int64_t steps() const { return steps_; }
    /// Sets `steps()`.
    void set_steps(std::int64_t steps) { steps_ = steps; }
    /// Its options, as names and values.
    std::vector<Setting> settings() const {
        std::vector<Setting> settings{{"momentum", setting_text(options_.momentum)},
                                      {"Nesterov", setting_text(options_.nesterov)},
                                      {"weight decay", setting_text(options_.weight_decay)},
                                      {"iterations", setting_text(options_.iterations)},
                                      {"eps of Muon", setting_text(options_.eps)},
                                      {"scale", options_.scale == MuonScale::original ? "original" : "as AdamW"},
                                      {"rate of others", setting_text(options_.others_rate)},
                                      {"first beta of others", setting_text(options_.others.betas[0])},
                                      {"second beta of others", setting_text(options_.others.betas[1])},
                                      {"eps of others", setting_text(options_.others.eps)},
                                      {"weight decay of others", setting_text(options_.others.weight_decay)}};
        if (options_.takes) settings.push_back({"parameters of Muon", matrices_});
        return settings;
    }

private:
    /// One parameter.
    struct Part {
        std::size_t offset;   ///< in the array of parameters
        std::size_t size;     ///< its numbers
        std::size_t at;       ///< in the arrays of its state
        std::size_t rows;     ///< of the matrix; 0 if it is none
        std::size_t columns;  ///< of the matrix
    };
    /// A matrix in a step.
    struct Task {
        const Part* part;
        double rate;
        double weight_decay;
    };
    /// All parameters, and the sizes of arrays.
    struct Layout {
        std::vector<Part> parts;
        std::string matrices;  ///< their names
        std::size_t momentum_size = 0;
        std::size_t others_size = 0;
        std::size_t most = 0;        ///< numbers in a matrix
        std::size_t most_short = 0;  ///< the shorter side of a matrix
    };

    static Layout layout_of(std::span<const ParameterInfo> parameters, const MuonOptions& options) {
        Layout layout;
        for (const ParameterInfo& parameter : parameters) {
            const bool may_be =
                parameter.kind == ParameterKind::convolution_weight || parameter.kind == ParameterKind::linear_weight;
            const bool is_matrix = may_be && (!options.takes || options.takes(parameter));
            std::size_t& at = is_matrix ? layout.momentum_size : layout.others_size;
            Part part{parameter.offset, parameter.size, at, 0, 0};
            at += aligned_count<T>(parameter.size);
            if (is_matrix) {
                part.rows = parameter.axes[0];
                part.columns = parameter.size / part.rows;
                layout.most = std::max(layout.most, part.size);
                layout.most_short = std::max(layout.most_short, std::min(part.rows, part.columns));
                layout.matrices += (layout.matrices.empty() ? "" : ", ") + parameter.name;
            }
            layout.parts.push_back(part);
        }
        return layout;
    }

    Muon(std::size_t size, Layout layout, const MuonOptions& options)
        : options_(options),
          size_(size),
          parts_(std::move(layout.parts)),
          matrices_(std::move(layout.matrices)),
          momentum_(layout.momentum_size),
          mean_(layout.others_size),
          square_(layout.others_size),
          orthogonalisers_(1, detail::Orthogonaliser<T>(layout.most, layout.most_short)) {
        tasks_.reserve(parts_.size());
        if (is_nan(options.momentum) || !(options.momentum >= 0 && options.momentum < 1)) {
            raise<OptionError>({"momentum: ", options.momentum, " is not in 0 to below 1"});
        }
        verify_weight_decay(options.weight_decay);
        if (options.iterations < 1) {
            raise<OptionError>({"iterations: ", options.iterations, " is not at least 1"});
        }
        if (!is_rate(options.eps) || !(options.eps > 0)) {
            raise<OptionError>({"eps: ", options.eps, " is not above 0 and below 1,000,000"});
        }
        verify_rate(options.others_rate);
        detail::validate_adamw<T>(options.others);
    }

    void step_matrix(const Task& task, std::span<T> weights, const T* gradient,
                     detail::Orthogonaliser<T>& orthogonaliser) {
        const Part& part = *task.part;
        const T old = static_cast<T>(options_.momentum);
        const T share = static_cast<T>(1 - options_.momentum);
        T* const momentum = momentum_.data() + part.at;
        const std::span<T> update = orthogonaliser.place(part.rows, part.columns);
        simd::for_each_packet<T>(part.size, [&]<class P>(std::size_t i) {
            const P g = simd::load<P>(gradient + i);
            const P before = simd::load<P>(momentum + i);
            const P m = simd::multiply_add(simd::set<P>(share), simd::subtract(g, before), before);
            simd::store(momentum + i, m);
            simd::store(update.data() + i,
                        options_.nesterov ? simd::multiply_add(simd::set<P>(old), simd::subtract(m, g), g) : m);
        });
        orthogonaliser.run(part.rows, part.columns, options_.iterations, options_.eps);
        const double a = static_cast<double>(part.rows);
        const double b = static_cast<double>(part.columns);
        const double scale =
            options_.scale == MuonScale::original ? std::sqrt(std::max(1.0, a / b)) : 0.2 * std::sqrt(std::max(a, b));
        const T shrink = static_cast<T>(1 - task.rate * task.weight_decay);
        const T minus_rate = -static_cast<T>(task.rate * scale);
        simd::for_each_packet<T>(part.size, [&]<class P>(std::size_t i) {
            const P w = simd::multiply(simd::set<P>(shrink), simd::load<P>(weights.data() + i));
            simd::store(weights.data() + i,
                        simd::multiply_add(simd::set<P>(minus_rate), simd::load<P>(update.data() + i), w));
        });
    }

    MuonOptions options_;
    std::size_t size_;
    std::vector<Part> parts_;
    std::string matrices_;
    AlignedBuffer<T> momentum_;
    AlignedBuffer<T> mean_;
    AlignedBuffer<T> square_;
    std::vector<detail::Orthogonaliser<T>> orthogonalisers_;  ///< of each thread
    std::vector<Task> tasks_;                                 ///< of the last step
    Threads* threads_ = nullptr;
    std::int64_t steps_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
