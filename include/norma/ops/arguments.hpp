#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "norma/core/precision.hpp"
#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/write.hpp"
#include "norma/ops/facts.hpp"

namespace norma::inline NORMA_TARGET {

/// Where an array is: in the arena of the thread or in the store of the batch. Samples are handled in blocks. The
/// arrays of the samples of a block are side by side, so the array of sample i in a block of n samples begins n ·
/// `offset` + i · `size` bytes after the block's memory. A `reused` array is one array for all samples: each uses it
/// before the next begins. A slice of the channels of a wider image is at `channel` of that image's array, and has its
/// `pitch`.
struct Place {
    static constexpr long long none = -1;  ///< the offset of an array that does not exist

    bool stored = false;      ///< in the store, else in the arena
    long long offset = none;  ///< in bytes, for a block of one sample, from the beginning of its memory
    long long size = 0;       ///< bytes from one sample to the next
    bool reused = false;      ///< in the part of the arena that each sample of a block uses anew
    int channel = 0;          ///< of the array, the first of a slice
    int pitch = 0;            ///< from one pixel of a slice to the next; 0: the whole array

    /// Does the array exist?
    constexpr bool exists() const { return offset != none; }
    /// Numbers from one pixel to the next of an image of `channels` channels.
    constexpr int step(int channels) const { return pitch != 0 ? pitch : channels; }
    friend constexpr bool operator==(const Place&, const Place&) = default;
};

/// Where one step of the plan finds its arrays. An array that the step does not use has no place.
struct StepPlaces {
    Place inputs[most_inputs] = {};           ///< values that are read
    Place output;                             ///< value that is computed
    Place mask;                               ///< of bytes: dropout, marks of maxima
    Place moments;                            ///< means of one sample, then `rstd`, each array padded
    Place output_gradient;                    ///< read, and overwritten by dropout and ReLU
    Place input_gradients[most_inputs] = {};  ///< written or added to
    long long weight_offset = 0;              ///< in the array of parameters
    long long bias_offset = 0;                ///< in the array of parameters
    long long prepared_offset = 0;            ///< in the array of prepared weights
    long long statistics_offset = 0;          ///< in the arrays of a norm over the batch
    long long part_offset = 0;                ///< of its sums in a chunk's part
    std::uint32_t random = 0;                 ///< names the numbers of a dropout mask: layer and ordinal
};

/// What the backward pass of an op does with the gradient of one input. A value can have several consumers: the first
/// one that gives a gradient writes it, the others add theirs.
struct Contribution {
    bool wanted = false;                            ///< false where the input is the network's
    bool is_output_gradient = false;                ///< both gradients are one array, nothing is copied
    kernels::Write write = kernels::Write::assign;  ///< the first to contribute assigns
    friend constexpr bool operator==(const Contribution&, const Contribution&) = default;
};

/// The contributions to all inputs of an op.
using Contributions = std::array<Contribution, most_inputs>;

/// What the work on every sample of a batch reads. Each of the four arrays for norms over the batch has a number per
/// channel, from the norm's `statistics_offset` on.
template <class T>
struct SharedState {
    const T* parameters;  ///< of the network; where norms are fused into convolutions, the folded ones
    const T* prepared;    ///< prepared weights
    const T* mean;        ///< of the batch, or running
    const T* rstd;        ///< 1 / √(variance + ε)
    const T* offset;      ///< of the norm's gradient, see `kernels::pointwise_gradient_means`
    const T* slope;       ///< of the norm's gradient, likewise
    std::uint64_t seed;   ///< of dropout
    std::uint32_t step;   ///< of dropout
};

/// Gradients of the parameters from number `begin` on.
template <class T>
struct GradientArray {
    T* data = nullptr;    ///< of the gradient of parameter `begin`
    long long begin = 0;  ///< in the array of parameters

    /// The gradient of parameter `offset`.
    T* at(long long offset) const { return data + (offset - begin); }
};

/// What the kernels of one step work on: one sample or, for an op whose facts have a `block`, all samples of a block.
/// Activations and their gradients are numbers of type `T`.
template <class T>
struct Arguments {
    using Scalar = ScalarOf<T>;  ///< of parameters, statistics and sums

    const StepPlaces& step;                           ///< where the arrays are
    const SharedState<Scalar>& shared;                ///< of the batch
    std::byte* reused;                                ///< the thread's arrays for one sample after another
    std::byte* arena;                                 ///< the thread's arrays for the block
    std::byte* store;                                 ///< of the block
    Scalar* scratch;                                  ///< of the thread, as much as the op's facts name
    GradientArray<Scalar> gradients;                  ///< of the chunk
    Scalar* part;                                     ///< sums of the chunk for norms over the batch
    std::uint32_t sample = 0;                         ///< its number in the batch
    int samples = 1;                                  ///< of the block
    int place_in_block = 0;                           ///< of the sample; 0 for all samples of a block
    bool assigns_gradients = false;                   ///< the gradients of weight and bias are written, not added to
    const std::byte* next_store = nullptr;            ///< of the sample that follows; null if the chunk has no more
    std::span<const kernels::ArrayRange> reads = {};  ///< what to prefetch from there

    /// The array at `place`, of numbers of type `N`.
    template <class N = T>
    N* at(const Place& place) const {
        std::byte* const memory =
            place.reused ? reused + place.offset
                         : (place.stored ? store : arena) + samples * place.offset + place_in_block * place.size;
        return reinterpret_cast<N*>(memory) + place.channel;
    }
    /// Numbers from the array of one sample of a block to that of the next.
    static constexpr long long distance(const Place& place) { return place.size / static_cast<int>(sizeof(T)); }
    /// Input `k`.
    const T* input(std::size_t k = 0) const { return at(step.inputs[k]); }
    /// The output.
    T* output() const { return at(step.output); }
    /// The gradient of the output.
    T* output_gradient() const { return at(step.output_gradient); }
    /// The gradient of input `k`.
    T* input_gradient(std::size_t k = 0) const { return at(step.input_gradients[k]); }
    /// The mask; null where the mode has none, for instance no dropout.
    std::uint8_t* mask() const { return step.mask.exists() ? at<std::uint8_t>(step.mask) : nullptr; }
    /// The weight.
    const Scalar* weight() const { return shared.parameters + step.weight_offset; }
    /// The prepared weight.
    const Scalar* prepared() const { return shared.prepared + step.prepared_offset; }
    /// The bias.
    const Scalar* bias() const { return shared.parameters + step.bias_offset; }
    /// The gradient of the weight, which is added to unless `assigns_gradients`.
    Scalar* weight_gradient() const { return gradients.at(step.weight_offset); }
    /// The gradient of the bias, likewise.
    Scalar* bias_gradient() const { return gradients.at(step.bias_offset); }
    /// Names the numbers of the dropout mask.
    RandomName random() const { return {shared.seed, Purpose::dropout, shared.step, sample, step.random}; }
    /// What share `share` of `shares` kernels of this step prefetches for the next sample.
    kernels::Prefetch prefetch(int share, int shares) const { return {next_store, reads, share, shares}; }
};

}  // namespace norma::inline NORMA_TARGET
