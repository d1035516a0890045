#pragma once

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <ranges>
#include <span>
#include <string>
#include <tuple>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/parallel.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/summary.hpp"

namespace norma {

/// Whether no number among `values` is infinite or not a number.
template <class T>
bool all_finite(std::span<const T> values) {
    using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
    const Eigen::Map<const Array> array(values.data(), static_cast<Eigen::Index>(values.size()));
    return (array * T(0)).sum() == T(0);  // what is not finite times 0 is not a number
}

/// A stage's layer for messages: its position in the network, counted from 1, and its name.
template <class Net>
std::string layer_of(int stage) {
    const int layer = Net::template plan<training_mode>.stages[std::size_t(stage)].stage.layer;
    return "layer " + std::to_string(layer) + ", " +
           std::string(layer_summaries<Net>()[std::size_t(layer - 1)].name.view());
}

/// A probe that remembers the earliest stage that made a number that is not finite, and the first sample of the batch
/// for which it did.
template <class T>
struct FirstNonFinite {
    static constexpr bool forward_only = true;                    ///< the executor does not go back
    static constexpr int none = std::numeric_limits<int>::max();  ///< stage and sample where all was finite

    int stage = none;   ///< of the plan; −1 is the network's input
    int sample = none;  ///< of the batch

    /// Nothing is to be done where a stage begins.
    void enter(int, bool) {}
    /// Stage `at_stage` made `values` of sample `at_sample`.
    void made(int at_stage, int at_sample, std::span<const T> values) {
        if (std::tie(at_stage, at_sample) < std::tie(stage, sample) && !all_finite(values)) {
            stage = at_stage;
            sample = at_sample;
        }
    }
};

/// Where something is not finite in an array laid out as `Net::parameters()`.
struct NonFiniteStages {
    int first = -1;  ///< stage of the plan; −1 if all is finite
    int last = -1;   ///< likewise
};

/// Looks through parameters, or their gradient, stage by stage.
template <class Net>
NonFiniteStages non_finite_stages(std::span<const typename Net::Scalar> parameters) {
    NonFiniteStages found;
    int stage = 0;
    for (const PlannedStage& s : Net::template plan<training_mode>.stages) {
        const auto finite = [&](int offset, int count) {
            return all_finite(parameters.subspan(std::size_t(offset), std::size_t(count)));
        };
        if (!finite(s.weight_offset, s.stage.weight_count()) || !finite(s.bias_offset, s.stage.bias_count())) {
            if (found.first < 0) found.first = stage;
            found.last = stage;
        }
        ++stage;
    }
    return found;
}

namespace detail {
/// A batch in memory of its own: one type for all kinds, so that what reads it is compiled once for a network.
template <class T>
class LoadedBatch {
public:
    template <SampleBatch<T> Batch>
    LoadedBatch(const Batch& batch, int sample_size)
        : size_(batch.size()), sample_size_(sample_size), values_(std::size_t(size_) * std::size_t(sample_size)) {
        for (int i = 0; i < size_; ++i) batch.load(i, values_.data() + std::ptrdiff_t(i) * sample_size);
    }
    int size() const { return size_; }
    void load(int i, T* out) const {
        std::copy_n(values_.begin() + std::ptrdiff_t(i) * sample_size_, sample_size_, out);
    }

private:
    int size_;
    int sample_size_;
    AlignedBuffer<T> values_;
};

template <class Net>
FirstNonFinite<typename Net::Scalar> first_non_finite(const Net& network, Threads& threads,
                                                      const LoadedBatch<typename Net::Scalar>& batch, StepName name) {
    using T = typename Net::Scalar;
    using Probe = FirstNonFinite<T>;
    Executor<Net, training_mode, Probe> executor(threads, batch.size());
    executor.run(
        network, batch, [](int, const T*, T*) {}, name);
    return std::ranges::min(executor.probes(), {}, [](const Probe& p) { return std::tie(p.stage, p.sample); });
}
}  // namespace detail

/// Says in words where the first number that is not finite came from in a training step whose loss was not, and what
/// to do. It runs the step forward again, bit for bit, and looks at all that each stage makes, which is slow.
template <class Net, SampleBatch<typename Net::Scalar> Batch>
std::string origin_of_non_finite(const Net& network, Threads& threads, const Batch& batch, StepName name) {
    using T = typename Net::Scalar;
    if (const int stage = non_finite_stages<Net>(network.parameters()).first; stage >= 0) {
        return "a parameter of " + layer_of<Net>(stage) + ", is not finite; start from parameters that are";
    }
    const FirstNonFinite<T> first =
        detail::first_non_finite(network, threads, detail::LoadedBatch<T>(batch, Net::input_extent.size()), name);
    if (first.stage == FirstNonFinite<T>::none) {
        return "all that the layers make is finite, but the logits of a sample lie too far apart; lower the learning "
               "rate";
    }
    const std::string sample = "sample " + std::to_string(first.sample) + " of the batch";
    if (first.stage < 0) return "the input, " + sample + ", is not finite; mend the data";
    return "the first value that is not finite is in the output of " + layer_of<Net>(first.stage) + ", for " + sample +
           "; lower the learning rate";
}

}  // namespace norma
