#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "norma/core/target.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/network/arena.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/plan.hpp"

namespace norma::inline NORMA_TARGET {

/// What the work on every sample of a batch reads. Each of the four arrays for norms over the batch has a number per
/// channel, from the norm's `statistics_offset` on.
template <class T>
struct SharedState {
    const T* parameters;         ///< of the network; where norms are fused into convolutions, the folded ones
    const T* transposed;         ///< convolution weights for the data gradient, at the same offsets as the weights
    const T* mean;               ///< of the batch, or running
    const T* inverse_deviation;  ///< 1 / √(variance + ε)
    const T* offset;             ///< of the norm's gradient, see `kernels::pointwise_gradient_means`
    const T* slope;              ///< of the norm's gradient, likewise
    std::uint64_t seed;          ///< of dropout
    std::uint32_t step;          ///< of dropout
    FirstNonFinite* watch;       ///< looks at what every stage makes forward; null in normal training
};

namespace detail {

/// Where a thread that works on one chunk of samples finds the arrays that the plan places.
template <class Net, Mode M>
struct SampleArrays {
    using T = typename Net::Scalar;
    static constexpr const auto& plan = Net::template plan<M>;

    static constexpr int most_channels = [] {
        int most = 0;
        for (const PlannedStage& s : plan.stages) {
            if (s.begins_segment) most = std::max(most, s.stage.pointwise.extent.channels);
        }
        return most;
    }();
    using Part = ChunkPart<T, most_channels>;

    const SharedState<T>& shared_;
    T* arena_;                       ///< of the thread
    T* gradients_;                   ///< of the chunk, laid out as the parameters
    Part part_;                      ///< of the chunk
    const T* next_store_ = nullptr;  ///< of the sample that follows; null if the chunk has no more

    T* at(Place place, T* store) const { return (place.stored ? store : arena_) + place.offset; }
    std::uint8_t* bytes_at(Place place, T* store) const {
        return place.exists() ? reinterpret_cast<std::uint8_t*>(at(place, store)) : nullptr;
    }
    T* logits_gradient(T* store) const {
        if constexpr (M.gradients) return at(plan.logits_gradient, store);
        return nullptr;
    }
    const T* weight(const PlannedStage& s) const { return shared_.parameters + s.weight_offset; }
    const T* bias(const PlannedStage& s) const { return shared_.parameters + s.bias_offset; }

    /// Mean and 1 / √(variance + ε) by which stage `Index` normalises.
    template <int Index>
    kernels::Moments<T> moments(T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.has_own_moments()) {
            const T* const own = at(s.moments, store);
            return {own, own + padded(s.stage.pointwise.moment_count())};
        } else {
            return {shared_.mean + s.statistics_offset, shared_.inverse_deviation + s.statistics_offset};
        }
    }
};

}  // namespace detail
}  // namespace norma::inline NORMA_TARGET
