#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/network/plan.hpp"

/// What norms that couple samples know of a batch.
namespace norma::inline NORMA_TARGET {

/// Of a batch of `samples`, the values that share a mean and a variance by norm `norm` over the batch.
constexpr long long values_per_mean(long long samples, const kernels::Pointwise& norm) {
    return samples * norm.domain_size();
}

/// What a chunk finds out about a norm over the batch, of up to `Channels` channels, in one pass: the samples' moments
/// forward, the gradient's two sums backward.
template <class T, int Channels>
struct ChunkPart {
    T* begin;  ///< of `size` numbers

    /// Numbers for each channel: its second part is `stride` numbers after the first.
    static constexpr int stride = static_cast<int>(aligned_count<T>(std::size_t(Channels)));
    /// Numbers before those of the channels.
    static constexpr int header = static_cast<int>(aligned_count<T>(1));
    /// Numbers in all; none where no norm runs over the batch.
    static constexpr std::size_t size = Channels == 0 ? 0 : std::size_t(header + 3 * stride);

    /// Forward.
    kernels::SampleSet<T> samples() const {
        T* const first = begin + header;
        return {begin, first, first + stride, first + 2 * stride};
    }
    /// Backward, Σ g.
    T* sum() const { return begin + header; }
    /// Backward, Σ g · x̂.
    T* product() const { return begin + header + stride; }
};

/// Of all norms over the batch, a number per channel, at their `statistics_offset`.
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

    /// Takes (`=`) the moments of a batch of `samples`, for norm `s`.
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
    /// Takes (`=`) a network's running statistics, for norm `s`.
    void take(const PlannedStage& s, const T* running_mean, const T* running_variance) {
        const std::size_t at = std::size_t(s.statistics_offset);
        const int channels = s.stage.pointwise.extent.channels;
        std::copy_n(running_mean + at, channels, mean.data() + at);
        std::copy_n(running_variance + at, channels, unbiased.data() + at);
        invert(s, running_variance + at);
    }

private:
    void invert(const PlannedStage& s, const T* variance) {
        kernels::invert_deviations<T>(s.stage.pointwise.extent.channels, s.stage.pointwise.epsilon.template as<T>(),
                                      variance, inverse.data() + s.statistics_offset);
    }
};

/// The mean of the statistics of several batches, each weighing the same. In double, for every batch's step would be
/// rounded.
class MeanStatistics {
public:
    /// For `size` channels in all.
    explicit MeanStatistics(std::size_t size) : mean_(size), variance_(size) {}

    /// Takes another batch in.
    template <class T>
    void add(const BatchStatistics<T>& batch) {
        ++batches_;
        for (std::size_t c = 0; c < mean_.size(); ++c) {
            mean_[c] += (static_cast<double>(batch.mean[c]) - mean_[c]) / static_cast<double>(batches_);
            variance_[c] += (static_cast<double>(batch.unbiased[c]) - variance_[c]) / static_cast<double>(batches_);
        }
    }
    /// Becomes the network's running statistics.
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
