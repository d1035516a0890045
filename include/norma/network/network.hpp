#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/planner.hpp"
#include "norma/network/stages.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Never defined: the compiler's complaint that it is incomplete reads out the sentence.
template <auto... Sentence>
struct LayerDoesNotFit;

/// Layers fit together, each to the shape before it. If not, this type does not compile, with the sentence that says
/// which layer, what it gets and what it needs.
template <Extent Input, class... Layers>
struct ShapesFit {
    static constexpr auto problem = [] { return build<Layers...>(Input).problem(); };
    using Message = std::conditional_t<problem().empty(), ShapesFit*, MessageOf<LayerDoesNotFit, problem>>;
    static_assert(sizeof(Message) > 0);
};
}  // namespace detail

/// A network as a type: layers applied one after another to samples of shape `Input`. The object holds the learned
/// parameters, as one aligned array, and the running statistics of the norms that need them; shapes, counts, and the
/// whole schedule are known to the compiler. `T` is the scalar of parameters and activations.
template <class T, ShapeType Input, class... Layers>
class BasicNetwork {
    static_assert(sizeof(detail::ShapesFit<Input::extent, Layers...>) > 0);
    static constexpr auto stage_list = detail::stage_array<Input::extent, Layers...>();

public:
    using Scalar = T;          ///< of parameters and activations
    using InputShape = Input;  ///< a `Shape`

    /// The same network with another scalar, for instance `double` to check gradients.
    template <class Other>
    using Rebind = BasicNetwork<Other, Input, Layers...>;

    /// The schedule in the given mode.
    template <Mode M>
    static constexpr auto plan = detail::make_plan(stage_list, Input::extent, M);

    /// Shape of a sample.
    static constexpr Extent input_extent = Input::extent;
    /// Shape that the last layer makes.
    static constexpr Extent output_extent = stage_list.empty() ? Extent{} : stage_list.back().output_extent();
    /// Numbers that the network gives for one sample; a classifier's classes.
    static constexpr int outputs = output_extent.size();
    /// Learned numbers.
    static constexpr long long parameter_count = plan<evaluation_mode>.parameter_count;
    /// Multiplications, each with an addition, of convolutions and linear layers for one sample forward.
    static constexpr long long multiply_adds = [] {
        long long sum = 0;
        for (const Stage& stage : stage_list) {
            if (stage.kind == Stage::Kind::convolution) sum += stage.convolution.multiply_adds();
        }
        return sum;
    }();
    /// Bytes of activations that one training step keeps: in each thread's arena, and for every sample of the batch.
    static constexpr std::size_t activation_bytes_per_thread =
        static_cast<std::size_t>(plan<training_mode>.arena_size) * sizeof(T);
    /// See above; 0 where no norm couples samples.
    static constexpr std::size_t activation_bytes_per_sample =
        static_cast<std::size_t>(plan<training_mode>.store_size) * sizeof(T);
    /// Whether a norm looks across the batch, so that training needs at least two values per channel (or a norm whose
    /// `one_value` says otherwise) and keeps running statistics.
    static constexpr bool couples_samples = plan<training_mode>.segments > 1;

    /// Parameters drawn by `seed` as PyTorch draws its defaults: weights and biases of convolutions and linear layers
    /// uniform in ±1/√fan_in; norms begin with weight 1 and bias 0, running mean 0 and variance 1.
    explicit BasicNetwork(std::uint64_t seed = 0)
        : parameters_(layout.parameters_size),
          running_mean_(layout.statistics_size),
          running_variance_(layout.statistics_size) {
        for (std::size_t i = 0; i < stage_list.size(); ++i) {
            const PlannedStage& s = layout.stages[i];
            T* const weight = parameters_.data() + s.weight_offset;
            T* const bias = parameters_.data() + s.bias_offset;
            if (s.stage.kind != Stage::Kind::convolution) {
                for (int k = 0; k < s.stage.weight_count(); ++k) weight[k] = 1;
                continue;
            }
            const kernels::Convolution& c = s.stage.convolution;
            const float bound =
                1.0f / std::sqrt(static_cast<float>(c.input.channels * c.kernel_height * c.kernel_width));
            RandomSequence random({seed, Purpose::weights, static_cast<std::uint32_t>(i), 0, 0});
            for (int k = 0; k < s.stage.weight_count(); ++k) weight[k] = T(random.uniform(-bound, bound));
            for (int k = 0; k < s.stage.bias_count(); ++k) bias[k] = T(random.uniform(-bound, bound));
        }
        for (T& v : running_variance_) v = 1;
    }

    /// All learned numbers, in the order of the stages: a convolution's weight (ky × kx × input × output channels) and
    /// bias, a norm's weight and bias. Each begins at a multiple of 16; the gaps between stay 0.
    std::span<T> parameters() { return parameters_; }
    std::span<const T> parameters() const { return parameters_; }
    /// Running mean and variance of the norms that couple samples, each norm's channels at its `statistics_offset`.
    std::span<T> running_mean() { return running_mean_; }
    std::span<const T> running_mean() const { return running_mean_; }
    /// See above.
    std::span<T> running_variance() { return running_variance_; }
    std::span<const T> running_variance() const { return running_variance_; }
    /// Batches that the running statistics have taken in.
    long long tracked_batches() const { return tracked_batches_; }
    /// Sets what `tracked_batches` tells; no statistic changes.
    void set_tracked_batches(long long batches) { tracked_batches_ = batches; }

private:
    static constexpr const auto& layout = plan<evaluation_mode>;

    AlignedBuffer<T> parameters_;
    AlignedBuffer<T> running_mean_;
    AlignedBuffer<T> running_variance_;
    long long tracked_batches_ = 0;
};

/// A network of floats; see BasicNetwork.
template <ShapeType Input, class... Layers>
using Network = BasicNetwork<float, Input, Layers...>;

}  // namespace norma::inline NORMA_TARGET
