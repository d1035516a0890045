#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/kernels/normalise.hpp"

/// Statistics of norms over the batch.
namespace norma::inline NORMA_TARGET {

/// How many values of a batch of `samples` share one mean and one variance, if `norm` runs over the batch.
constexpr long long values_per_mean(long long samples, const kernels::Pointwise& norm) {
    return samples * norm.domain_size();
}

/// Verifies that in a mode with statistics of the batch, and with `gradients` or not, `size` samples are enough for
/// every norm over the batch, except those that normalise by running statistics: `by_running_statistics` is true at
/// their `statistics_offset`.
/// @throws TrainingError if one would get a single value per channel, unless its `one_value` allows that in training.
inline void verify_values_per_mean(std::span<const Node> nodes, int size, bool gradients,
                                   std::span<const bool> by_running_statistics = {}) {
    for (const Node& node : nodes) {
        if (node.facts.statistics_count == 0) continue;
        if (!by_running_statistics.empty() && by_running_statistics[std::size_t(node.statistics_offset)]) continue;
        const kernels::Pointwise& norm = *norm_in(node);
        const bool may_be_one = gradients && norm.one_value == kernels::OneValue::running_statistics;
        if (!may_be_one && values_per_mean(size, norm) < 2) {
            raise<TrainingError>({"batch normalisation in training needs more than one value per channel, but layer ",
                                  node.layer, " has activations of ", shape_text(norm.extent),
                                  " and the batch has one sample; use larger batches, "
                                  "drop a short last batch (drop_last), or use evaluation mode"});
        }
    }
}

/// Statistics of all norms over the batch: in each array a number per channel, from the norm's `statistics_offset` on.
template <class T>
struct BatchStatistics {
    AlignedBuffer<T> mean;      ///< of the batch, or running
    AlignedBuffer<T> inverse;   ///< 1 / √(variance + ε)
    AlignedBuffer<T> unbiased;  ///< the batch's variance with n − 1 in place of n
    AlignedBuffer<T> offset;    ///< of the gradient, see `kernels::pointwise_gradient_means`
    AlignedBuffer<T> slope;     ///< of the gradient

    /// Zeros, for `size` channels in all.
    explicit BatchStatistics(long long size)
        : mean(std::size_t(size)),
          inverse(std::size_t(size)),
          unbiased(std::size_t(size)),
          offset(std::size_t(size)),
          slope(std::size_t(size)) {}

    /// Bytes held.
    std::size_t memory() const { return 5 * mean.size() * sizeof(T); }

    /// Writes (`=`) the statistics of the norm `node` from `all`, the moments of a batch of `samples`.
    void take(const Node& node, int samples, const kernels::SampleSet<T>& all) {
        const kernels::Pointwise& p = *norm_in(node);
        const std::size_t at = std::size_t(node.statistics_offset);
        const T count = static_cast<T>(samples);
        const T values = static_cast<T>(values_per_mean(samples, p));
        const T unbiased_of_biased = p.subtracts_mean ? values / (values - 1) : T(1);
        for (std::size_t c = 0; c < std::size_t(p.extent.channels); ++c) {
            const T variance = all.squares[c] / count;
            mean[at + c] = all.mean[c] + all.rest[c];
            unbiased[at + c] = variance * unbiased_of_biased;
            inverse[at + c] = variance;
        }
        invert(node, inverse.data() + at);
    }
    /// Writes (`=`) the statistics of the norm `node` from a network's running statistics.
    void take(const Node& node, const T* running_mean, const T* running_var) {
        const std::size_t at = std::size_t(node.statistics_offset);
        const int channels = node.facts.statistics_count;
        std::copy_n(running_mean + node.running_offset, channels, mean.data() + at);
        std::copy_n(running_var + node.running_offset, channels, unbiased.data() + at);
        invert(node, running_var + node.running_offset);
    }

    /// The same for all norms over the batch.
    void take_running(std::span<const Node> nodes, const T* running_mean, const T* running_var) {
        for (const Node& node : nodes) {
            if (node.facts.statistics_count > 0) take(node, running_mean, running_var);
        }
    }
    /// Moves running statistics towards these of the last batch, see `Executor::track_statistics`; `batches` is the
    /// number of batches so far, this one included. Each use of a shared norm moves them, in the order of execution.
    void track(std::span<const Node> nodes, T* running_mean, T* running_var, long long batches, bool cumulative) const {
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const Node& node = nodes[i];
            if (node.facts.statistics_count == 0) continue;
            const kernels::Pointwise& norm = *norm_in(node);
            const Use use = use_of(nodes, i);
            const long long tracked = (batches - 1) * use.count + use.number + 1;
            const T share =
                cumulative || norm.cumulative ? T(1) / static_cast<T>(tracked) : norm.momentum.template as<T>();
            for (int c = 0; c < node.facts.statistics_count; ++c) {
                const std::size_t from = std::size_t(node.statistics_offset + c);
                const std::size_t to = std::size_t(node.running_offset + c);
                running_mean[to] += share * (mean[from] - running_mean[to]);
                running_var[to] += share * (unbiased[from] - running_var[to]);
            }
        }
    }
    /// The first node whose statistics of the batch are not finite; −1 if all are finite.
    int first_not_finite(std::span<const Node> nodes) const {
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const std::size_t channels = std::size_t(nodes[i].facts.statistics_count);
            const auto finite = [&](const AlignedBuffer<T>& all) {
                return all_finite(std::span<const T>(all.data() + nodes[i].statistics_offset, channels));
            };
            if (!finite(mean) || !finite(unbiased)) return int(i);
        }
        return -1;
    }

private:
    void invert(const Node& node, const T* variance) {
        kernels::invert_deviations<T>(node.facts.statistics_count, norm_in(node)->epsilon.template as<T>(), variance,
                                      inverse.data() + node.statistics_offset);
    }
};

/// The mean of the statistics of several batches, all with the same weight. In double, because in float every batch
/// would add a rounding error.
class MeanStatistics {
public:
    /// For `size` channels in all.
    explicit MeanStatistics(std::size_t size) : mean_(size), variance_(size) {}

    /// Adds one batch.
    template <class T>
    void add(const BatchStatistics<T>& batch) {
        ++batches_;
        for (std::size_t c = 0; c < mean_.size(); ++c) {
            mean_[c] += (static_cast<double>(batch.mean[c]) - mean_[c]) / static_cast<double>(batches_);
            variance_[c] += (static_cast<double>(batch.unbiased[c]) - variance_[c]) / static_cast<double>(batches_);
        }
    }
    /// Writes (`=`) the network's running statistics. Those of a shared norm are the means of its uses.
    template <class Net>
    void store(Net& network) const {
        constexpr auto& nodes = Net::graph.nodes;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const Use use = use_of(nodes, i);
            const auto add = [&](const std::vector<double>& from, typename Net::Scalar& to, int c) {
                const double value = from[std::size_t(nodes[i].statistics_offset + c)];
                const double before = use.number == 0 ? 0.0 : static_cast<double>(to);
                to = static_cast<typename Net::Scalar>(before + (value - before) / (use.number + 1));
            };
            for (int c = 0; c < nodes[i].facts.statistics_count; ++c) {
                add(mean_, network.running_mean()[std::size_t(nodes[i].running_offset + c)], c);
                add(variance_, network.running_var()[std::size_t(nodes[i].running_offset + c)], c);
            }
        }
        network.set_tracked_batches(batches_);
    }

private:
    std::vector<double> mean_;
    std::vector<double> variance_;
    long long batches_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
