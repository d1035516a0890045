#pragma once

#include <array>
#include <cstddef>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/fixed_string.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// `n` rounded up to a multiple of 16, a cache line of floats. All arrays begin and end at such multiples.
constexpr int padded(int n) { return static_cast<int>(aligned_count<float>(static_cast<std::size_t>(n))); }

/// The same for a large array.
constexpr long long padded(long long n) {
    return static_cast<long long>(aligned_count<float>(static_cast<std::size_t>(n)));
}

/// `n` bytes rounded up to whole cache lines.
constexpr long long padded_bytes(long long n) {
    return static_cast<long long>(aligned_count<std::byte>(static_cast<std::size_t>(n)));
}

/// The most samples of a block, see `BasicPlan`.
inline constexpr int most_block = 16;

/// The most inputs of one op.
inline constexpr int most_inputs = 4;

/// All that the planner asks of an op. Every op gives it by its function `facts()`.
struct OpFacts {
    Extent output = {};           ///< shape of the output
    int inputs = 1;               ///< how many values it reads, at most `most_inputs`
    int weight_count = 0;         ///< learned numbers in its weight
    int weight_stride = 1;        ///< in the weight, from one output channel to the next
    int bias_count = 0;           ///< learned numbers in its bias
    int statistics_count = 0;     ///< channels that have running statistics
    int moment_count = 0;         ///< means of one sample, and as many `rstd`, kept for the backward pass
    int mask_count = 0;           ///< bytes of a mask, such as that of dropout, kept for the backward pass
    int fan_in = 0;               ///< initial weights are uniform in ±1/√fan_in; 0: `initial_weight`, and bias 0
    double initial_weight = 1;    ///< the first value of each weight, if `fan_in` is 0
    long long multiply_adds = 0;  ///< of one sample forward

    long long prepared_forward = 0;   ///< numbers that are made of its weight once a run, for the output
    long long prepared_backward = 0;  ///< the same for the gradient of its input
    long long scratch_forward = 0;    ///< numbers that its kernels need for a while, for the output
    long long scratch_backward = 0;   ///< the same for the gradients

    int block = 1;  ///< samples that its kernels should handle in one call; above 1, they take any number of samples

    bool takes_bf16 = false;                 ///< has kernels for activations in bfloat16; else they get floats
    bool over_batch = false;                 ///< is a norm that needs statistics of the whole batch
    bool is_cheap = false;                   ///< takes less time to recompute than to write to memory and to read again
    bool may_overwrite_input = false;        ///< may write its output over input 0, if the input was a convolution's
    bool backward_reads_input = false;       ///< the backward pass reads all inputs
    bool backward_reads_output = false;      ///< the backward pass reads the output
    bool assigns_gradients = false;          ///< the backward pass can write the gradients of weight and bias, not add
    bool gradient_over_output = false;       ///< may write the gradient of input 0 over that of the output
    bool passes_gradient[most_inputs] = {};  ///< the gradient of this input is the gradient of the output

    bool joins_channels = false;            ///< the output has the channels of all inputs, one input after another
    bool reads_slice[most_inputs] = {};     ///< this input, and its gradient, may be slices of a wider value
    bool writes_slice = false;              ///< the output, and its gradient, may be slices of a wider value
    bool input_is_slice[most_inputs] = {};  ///< this input is a slice of the output: set by the planner
};

}  // namespace norma::inline NORMA_TARGET

namespace norma::inline NORMA_TARGET::ops {

/// An op whose kernels have the pitches of input 0 and of the output in its sizes, those of the gradients too: 0 for an
/// image that is no slice.
template <class O>
concept HasPitches = requires(O op) { op.set_pitches(0, 0); };

/// What an op that computes `output` from an input of shape `reads` needs, if its input has the shape `got` or its
/// output is too large; else empty.
constexpr FixedString shape_needs(Extent got, Extent reads, Extent output) {
    if (!output.fits()) {
        return FixedString("an output of at most ") << most_elements << " numbers, not " << output;
    }
    if (got != reads) return FixedString("an op that reads that shape, not ") << reads;
    return {};
}

}  // namespace norma::inline NORMA_TARGET::ops
