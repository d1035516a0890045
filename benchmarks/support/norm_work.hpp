#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/chunks.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/kernels/normalise_gradient.hpp"
#include "norma/kernels/statistics.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/ops/chunk_part.hpp"
#include "support/kernel_benchmark.hpp"
#include "support/numbers.hpp"
#include "support/reference_norm.hpp"

namespace norma::bench {

/// Where arrays are: as in a training step, or separate for every sample, so that results can be compared.
enum class Placement { as_in_training, apart };

/// A norm and the ReLU after it, forward and backward over a batch, with the kernels called as in a training step. A
/// norm within samples reads a sample from the thread's arena, where the convolution before it wrote it: the same place
/// for all samples. A norm over the batch goes through the batch twice in each direction, and reads every sample's own
/// array. If the batch is larger than the caches, here the first round also reads from memory; in a training step it
/// directly follows the kernel that wrote the sample.
template <kernels::Pointwise S>
class NormWork {
public:
    explicit NormWork(int samples, Placement placement = Placement::as_in_training)
        : chunks_{samples},
          stored_step_(placement == Placement::apart || S.over_batch ? size : 0),
          arena_step_(placement == Placement::apart ? size : 0),
          x_(random_array(places(stored_step_), 1, -0.5f, 1.5f)),
          dy_(random_array(places(stored_step_), 2)),
          y_(places(arena_step_)),
          dx_(places(arena_step_)),
          moments_(places_of_channels(arena_step_ == 0 ? 1 : samples)),
          parts_(static_cast<std::size_t>(chunks_.count()) * part_size) {
        forward();  // backward needs the moments
    }

    void forward() {
        if constexpr (S.over_batch) gather_moments();
        for_each_sample(S.over_batch, [&](int i, int) {
            if constexpr (S.normalises && !S.over_batch) find_moments(i);
            kernels::pointwise<float, S>(x(i), nullptr, moments(i), weight_.data(), bias_.data(), nullptr, y(i));
        });
    }

    void backward() {
        if constexpr (S.over_batch) {
            backward_over_batch();
        } else {
            for_each_sample(false, [&](int i, int) { backward_within(i); });
        }
    }

    /// Largest relative error of both directions, on a batch with several samples in a chunk; computed once.
    static double error() {
        static const double worst = NormWork(19, Placement::apart).compare();
        return worst;
    }

private:
    static constexpr int channels = S.extent.channels;
    static constexpr std::size_t size = static_cast<std::size_t>(S.extent.size());
    static constexpr std::size_t channel_step = aligned_count<float>(std::size_t(channels));
    static constexpr std::size_t learned = static_cast<std::size_t>(S.weight_count());
    static constexpr int per_group = S.domain_size();

    std::size_t places(std::size_t step) const {
        return step == 0 ? size : static_cast<std::size_t>(chunks_.samples) * step;
    }
    /// Number of elements in `count` pairs of arrays with one number per channel.
    static std::size_t places_of_channels(int count) { return static_cast<std::size_t>(count) * 2 * channel_step; }
    static float* second(float* pair) { return pair + channel_step; }

    const float* x(int i) const { return x_.data() + static_cast<std::size_t>(i) * stored_step_; }
    float* dy(int i) { return dy_.data() + static_cast<std::size_t>(i) * stored_step_; }
    float* y(int i) { return y_.data() + static_cast<std::size_t>(i) * arena_step_; }
    float* dx(int i) { return dx_.data() + static_cast<std::size_t>(i) * arena_step_; }
    /// Mean and inverse deviation: the batch's, or those of sample `i`.
    float* pair(int i) {
        const bool own = !S.over_batch && arena_step_ != 0;
        return moments_.data() + (own ? static_cast<std::size_t>(i) * 2 * channel_step : 0);
    }
    kernels::Moments<float> moments(int i) { return {pair(i), second(pair(i))}; }
    static constexpr std::size_t part_size = std::size_t(ops::ChunkPart<float>::size(channels));
    ops::ChunkPart<float> part(int chunk) {
        return {parts_.data() + static_cast<std::size_t>(chunk) * part_size, channels};
    }

    /// Calls `f(sample, chunk)`, from the last sample to the first if `turned`, as every second pass of a step does.
    template <class F>
    void for_each_sample(bool turned, const F& f) {
        for (int k = 0; k < chunks_.count(); ++k) {
            const int chunk = turned ? chunks_.count() - 1 - k : k;
            const int begin = chunks_.begin(chunk), end = chunks_.end(chunk);
            for (int i = begin; i < end; ++i) f(turned ? begin + end - 1 - i : i, chunk);
        }
    }

    void find_moments(int i) {
        kernels::sample_moments<float, S.extent, S.groups, S.subtracts_mean>(x(i), pair(i), second(pair(i)));
        finish_variance(pair(i));
    }
    static void finish_variance(float* pair) {
        kernels::invert_deviations<float>(channels, S.epsilon.template as<float>(), second(pair), second(pair));
    }

    /// First round forward: the batch's mean and variance from those of the samples.
    void gather_moments() {
        std::fill(parts_.begin(), parts_.end(), 0.0f);
        for_each_sample(false, [&](int i, int chunk) {
            float one = 1;
            alignas(alignment) float mean[channel_step];
            alignas(alignment) float rest[channel_step];
            alignas(alignment) float variance[channel_step];
            kernels::sample_moments<float, S.extent, S.groups, S.subtracts_mean>(x(i), mean, variance, rest);
            kernels::merge_samples<float>(channels, part(chunk).samples(), {&one, mean, rest, variance});
        });
        merge_in_tree(chunks_.count(), [&](int a, int b) {
            kernels::merge_samples<float>(channels, part(a).samples(), part(b).samples());
        });
        const kernels::SampleSet<float> all = part(0).samples();
        for (int c = 0; c < channels; ++c) {
            moments_.data()[c] = all.mean[c] + all.rest[c];
            second(moments_.data())[c] = all.squares[c] / *all.count;
        }
        finish_variance(moments_.data());
    }

    /// As in a step, the first half leaves the gradient for the second half in dx, if that saves time.
    static constexpr bool keeps = S.affine == kernels::Affine::per_element && !S.over_batch;

    void sum_gradients(int i, float* sum, float* product) {
        kernels::pointwise_gradient_sums<float, S, keeps>(x(i), moments(i), weight_.data(), bias_.data(), nullptr,
                                                          dy(i), sum, product, dweight_.data(), dbias_.data(), dx(i));
    }
    /// Adds the sums over a domain of `count` elements to the gradients, and divides them to means.
    void finish_sums(int i, float count, float* sum, float* product) {
        if constexpr (S.affine == kernels::Affine::per_channel) {
            kernels::add_to<float, channels>(product, dweight_.data());
            kernels::add_to<float, channels>(sum, dbias_.data());
        }
        kernels::pointwise_gradient_means<float>(S, moments(i), weight_.data(), count, sum, product);
    }
    void finish_gradient(int i, const float* offset, const float* slope) {
        kernels::pointwise_gradient<float, S, kernels::Write::assign, keeps>(
            x(i), moments(i), weight_.data(), bias_.data(), keeps ? dx(i) : dy(i), offset, slope, dx(i));
    }

    void backward_within(int i) {
        if constexpr (S.normalises) {
            alignas(alignment) float sum[channel_step] = {};
            alignas(alignment) float product[channel_step] = {};
            sum_gradients(i, sum, product);
            finish_sums(i, static_cast<float>(per_group), sum, product);
            finish_gradient(i, sum, product);
        } else {
            finish_gradient(i, nullptr, nullptr);
        }
    }
    void backward_over_batch() {
        std::fill(parts_.begin(), parts_.end(), 0.0f);
        for_each_sample(false, [&](int i, int chunk) { sum_gradients(i, part(chunk).sum(), part(chunk).product()); });
        merge_in_tree(chunks_.count(), [&](int a, int b) {
            kernels::add_to<float, channels>(part(b).sum(), part(a).sum());
            kernels::add_to<float, channels>(part(b).product(), part(a).product());
        });
        finish_sums(0, static_cast<float>(values_per_mean(chunks_.samples, S)), part(0).sum(), part(0).product());
        for_each_sample(true, [&](int i, int) { finish_gradient(i, part(0).sum(), part(0).product()); });
    }

    /// Runs both directions once and returns the largest relative error.
    double compare() {
        ReferenceNorm expected(S, x_, weight_, bias_);
        expected.run_backward(y_, dy_);
        backward();
        const double error = std::max(error_of(y_, expected.y), error_of(dx_, expected.dx));
        if (S.affine == kernels::Affine::none) return error;
        return std::max({error, error_of(dweight_, expected.dweight), error_of(dbias_, expected.dbias)});
    }

    Chunks chunks_;
    std::size_t stored_step_;
    std::size_t arena_step_;
    AlignedBuffer<float> x_;
    AlignedBuffer<float> dy_;
    AlignedBuffer<float> y_;
    AlignedBuffer<float> dx_;
    AlignedBuffer<float> moments_;
    AlignedBuffer<float> parts_;  ///< the sums of each chunk
    AlignedBuffer<float> weight_ = random_array(learned, 3, 0.5f, 1.5f);
    AlignedBuffer<float> bias_ = random_array(learned, 4, -0.5f, 0.5f);
    AlignedBuffer<float> dweight_{learned};
    AlignedBuffer<float> dbias_{learned};
};

}  // namespace norma::bench
