#pragma once

#include <cstddef>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/statistics.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// What one chunk of samples adds up in one pass for a norm over the batch: the moments forward, two sums of the
/// gradient backward.
template <class T>
struct ChunkPart {
    T* begin;      ///< of `size(channels)` numbers
    int channels;  ///< of the norm

    /// From one array over the channels to the next.
    static constexpr long long stride(int channels) {
        return static_cast<long long>(aligned_count<float>(std::size_t(channels)));
    }
    /// Numbers before the first array: the count of samples, padded.
    static constexpr long long header = static_cast<long long>(aligned_count<float>(1));
    /// Numbers in all.
    static constexpr long long size(int channels) { return header + 3 * stride(channels); }

    /// Forward: the moments of the samples so far.
    kernels::SampleSet<T> samples() const {
        T* const first = begin + header;
        return {begin, first, first + stride(channels), first + 2 * stride(channels)};
    }
    /// Backward: Σ g per channel, g as in `kernels::pointwise_gradient_sums`.
    T* sum() const { return begin + header; }
    /// Backward: Σ g · x̂ per channel.
    T* product() const { return begin + header + stride(channels); }
};

}  // namespace norma::inline NORMA_TARGET::ops
