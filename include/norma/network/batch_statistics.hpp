#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/sentence.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/network/plan.hpp"

/// Statistics of norms over the batch.
namespace norma::inline NORMA_TARGET {

/// How many values of a batch of `samples` share one mean and one variance, if `norm` runs over the batch.
constexpr long long values_per_mean(long long samples, const kernels::Pointwise& norm) {
    return samples * norm.domain_size();
}

/// Verifies that in a mode with statistics of the batch, and with `gradients` or not, `size` samples are enough for
/// every norm over the batch.
/// @throws TrainingError if one would get a single value per channel, unless its `one_value` allows that in training.
inline void verify_values_per_mean(std::span<const PlannedStage> stages, int size, bool gradients) {
    for (const PlannedStage& s : stages) {
        if (!s.begins_segment) continue;
        const bool may_be_one = gradients && s.stage.pointwise.one_value == kernels::OneValue::running_statistics;
        if (!may_be_one && values_per_mean(size, s.stage.pointwise) < 2) {
            raise<TrainingError>("batch normalisation in training needs more than one value per channel, but layer " +
                                 std::to_string(s.stage.layer) + " has activations of " +
                                 shape_text(s.stage.pointwise.extent) +
                                 " and the batch has one sample; use larger batches, "
                                 "drop a short last batch (drop_last), or use evaluation mode");
        }
    }
}

/// What one chunk of samples adds up in one pass for a norm over the batch, of up to `Channels` channels: the moments
/// forward, two sums of the gradient backward.
template <class T, int Channels>
struct ChunkPart {
    T* begin;  ///< of `size` numbers

    /// From one array over the channels to the next.
    static constexpr int stride = static_cast<int>(aligned_count<T>(std::size_t(Channels)));
    /// Numbers before the first array: the count of samples, padded.
    static constexpr int header = static_cast<int>(aligned_count<T>(1));
    /// Numbers in all; none where no norm runs over the batch.
    static constexpr std::size_t size = Channels == 0 ? 0 : std::size_t(header + 3 * stride);

    /// Forward: the moments of the samples so far.
    kernels::SampleSet<T> samples() const {
        T* const first = begin + header;
        return {begin, first, first + stride, first + 2 * stride};
    }
    /// Backward: Σ g per channel, g as in `kernels::pointwise_gradient_sums`.
    T* sum() const { return begin + header; }
    /// Backward: Σ g · x̂ per channel.
    T* product() const { return begin + header + stride; }
};

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

    /// Writes (`=`) the statistics of norm `s` from `all`, the moments of a batch of `samples`.
    void take(const PlannedStage& s, int samples, const kernels::SampleSet<T>& all) {
        const kernels::Pointwise& p = s.stage.pointwise;
        const std::size_t at = std::size_t(s.statistics_offset);
        const T count = static_cast<T>(samples);
        const T values = static_cast<T>(values_per_mean(samples, p));
        const T unbiased_of_biased = p.subtracts_mean ? values / (values - 1) : T(1);
        for (std::size_t c = 0; c < std::size_t(p.extent.channels); ++c) {
            const T variance = all.squares[c] / count;
            mean[at + c] = all.mean[c] + all.rest[c];
            unbiased[at + c] = variance * unbiased_of_biased;
            inverse[at + c] = variance;
        }
        invert(s, inverse.data() + at);
    }
    /// Writes (`=`) the statistics of norm `s` from a network's running statistics.
    void take(const PlannedStage& s, const T* running_mean, const T* running_variance) {
        const std::size_t at = std::size_t(s.statistics_offset);
        const int channels = s.stage.pointwise.extent.channels;
        std::copy_n(running_mean + at, channels, mean.data() + at);
        std::copy_n(running_variance + at, channels, unbiased.data() + at);
        invert(s, running_variance + at);
    }

    /// The same for all norms over the batch.
    void take_running(std::span<const PlannedStage> stages, const T* running_mean, const T* running_variance) {
        for (const PlannedStage& s : stages) {
            if (s.is_norm_over_batch()) take(s, running_mean, running_variance);
        }
    }
    /// Moves running statistics towards these of the last batch, see `Executor::track_statistics`; `batches` is the
    /// number of batches so far, this one included.
    void track(std::span<const PlannedStage> stages, T* running_mean, T* running_variance, long long batches,
               bool cumulative) const {
        for (const PlannedStage& s : stages) {
            if (!s.begins_segment) continue;
            const T share = cumulative || s.stage.pointwise.cumulative
                                ? T(1) / static_cast<T>(batches)
                                : s.stage.pointwise.running_weight_of_new.template as<T>();
            for (int c = 0; c < s.stage.pointwise.extent.channels; ++c) {
                const std::size_t i = std::size_t(s.statistics_offset + c);
                running_mean[i] += share * (mean[i] - running_mean[i]);
                running_variance[i] += share * (unbiased[i] - running_variance[i]);
            }
        }
    }
    /// The first stage whose statistics of the batch are not finite; −1 if all are finite.
    int first_not_finite(std::span<const PlannedStage> stages) const {
        for (std::size_t i = 0; i < stages.size(); ++i) {
            const PlannedStage& s = stages[i];
            if (!s.begins_segment) continue;
            const std::size_t channels = std::size_t(s.stage.pointwise.extent.channels);
            const auto finite = [&](const AlignedBuffer<T>& all) {
                return all_finite(std::span<const T>(all.data() + s.statistics_offset, channels));
            };
            if (!finite(mean) || !finite(unbiased)) return int(i);
        }
        return -1;
    }

private:
    void invert(const PlannedStage& s, const T* variance) {
        kernels::invert_deviations<T>(s.stage.pointwise.extent.channels, s.stage.pointwise.epsilon.template as<T>(),
                                      variance, inverse.data() + s.statistics_offset);
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
    /// Writes (`=`) the network's running statistics.
    template <class Net>
    void store(Net& network) const {
        using T = typename Net::Scalar;
        const auto round = [](double value) { return static_cast<T>(value); };
        std::transform(mean_.begin(), mean_.end(), network.running_mean().begin(), round);
        std::transform(variance_.begin(), variance_.end(), network.running_variance().begin(), round);
        network.set_tracked_batches(batches_);
    }

private:
    std::vector<double> mean_;
    std::vector<double> variance_;
    long long batches_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
