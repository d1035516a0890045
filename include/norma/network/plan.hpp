#pragma once

#include <array>
#include <cstddef>

#include "norma/core/target.hpp"
#include "norma/layers/stage.hpp"

/// The schedule of a network, worked out by the compiler: where every array lies and in which order stages run.
///
/// A network whose norms look at one sample at a time runs depth-first: one sample goes forward through all stages,
/// through the loss, and backward, in an arena of its thread, before the next sample begins. A norm that couples
/// samples cuts the list of stages: all samples must have reached it before any may pass. The list falls into segments,
/// each run depth-first, one *pass* over the batch forward and one backward (the last segment does both in one):
///
///     pass 0      segment 0 forward            for two norms, so three segments
///     pass 1      segment 1 forward
///     pass 2      segment 2 forward, loss, backward
///     pass 3      segment 1 backward
///     pass 4      segment 0 backward
///
/// What one pass leaves for another is *stored* for every sample of the batch; all else lives in the arena. Only
/// convolutions are worth storing, and not those of few products: what pointwise stages and pools made is made again in
/// the backward pass.
namespace norma::inline NORMA_TARGET {

/// Where an array lies: in the arena of the thread or in the store of the sample, at an offset in numbers.
struct Place {
    static constexpr long long none = -1;  ///< the offset of an array that is not there

    bool stored = false;      ///< in the sample's store, else in the arena
    long long offset = none;  ///< from the beginning of either

    /// Is there such an array?
    constexpr bool exists() const { return offset != none; }
    friend constexpr bool operator==(const Place&, const Place&) = default;
};

/// A stage with everything around it decided.
struct PlannedStage {
    Stage stage;                  ///< what is done
    int segment = 0;              ///< counted from 0
    bool begins_segment = false;  ///< a norm that couples samples: reads statistics of the whole batch
    bool runs_again = false;      ///< in the backward pass, because what it made was not stored
    int skip_maker = -1;          ///< stage to run again before this one, because its output, the skip, was not stored
    int input_maker = -1;         ///< the same for the input, by a convolution of that skip; runs after `skip_maker`

    Place input;       ///< of the value that is read
    Place output;      ///< of the value that is made
    Place skip;        ///< of the value that is added
    Place kept_units;  ///< of dropout, a byte each
    Place moments;  ///< of a norm within one sample: mean, then inverse deviation, a number per channel or pixel each

    int merged_stage = -1;   ///< pointwise stage that this convolution does to its sums, before it stores them
    bool is_merged = false;  ///< this pointwise stage is done by the convolution before it
    long long folded_bias_offset = 0;  ///< of a convolution that a norm is merged into: behind the array of parameters

    bool wants_input_gradient = false;                    ///< not for the network's input
    Place output_gradient;                                ///< read backward
    Place input_gradient;                                 ///< written or added to backward
    kernels::Write input_write = kernels::Write::assign;  ///< the first to contribute to a gradient assigns
    Place skip_gradient;                                  ///< added to backward
    bool skip_gradient_is_output_gradient = false;        ///< no copy: the skip's gradient is the same array

    long long weight_offset = 0;  ///< in the array of parameters
    long long bias_offset = 0;    ///< in the array of parameters
    long long statistics_offset =
        0;  ///< of a norm that couples samples: its channels in the array of running statistics

    /// Is it norm, ReLU, skip, dropout, or several of them?
    constexpr bool is_pointwise() const { return stage.kind == Stage::Kind::pointwise; }
    /// Does the stage normalise each sample by itself?
    constexpr bool has_own_moments() const {
        return is_pointwise() && stage.pointwise.normalises && !stage.pointwise.couples_samples;
    }
};

/// Sizes and stages; all sizes in numbers of the network's scalar.
template <std::size_t Count>
struct Plan {
    std::array<PlannedStage, Count> stages{};  ///< in order of execution
    int segments = 1;                          ///< one more than norms that couple samples in this mode
    long long arena_size = 0;                  ///< per thread
    long long store_size = 0;                  ///< per sample of the batch; 0 where nothing couples samples
    long long parameters_size = 0;             ///< the array of parameters, gaps for alignment included
    long long folded_size = 0;                 ///< the same with the biases of merged norms; 0 where there is none
    long long statistics_size = 0;             ///< channels of all norms that couple samples, gaps included
    long long parameter_count = 0;             ///< learned numbers alone
    Place input;                               ///< of the value that is read
    Place logits;                              ///< what the last stage makes
    Place logits_gradient;                     ///< what the loss writes
};

}  // namespace norma::inline NORMA_TARGET
