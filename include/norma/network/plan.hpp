#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/target.hpp"
#include "norma/layers/stage.hpp"

/// The plan of a network, computed by the compiler: where every array is, and in which order stages run.
///
/// A network whose norms take statistics within one sample runs depth-first. One sample goes forward through all
/// stages, through the loss, and backward, in the arena of its thread; then the next sample begins. A norm over the
/// batch (`couples_samples`) cuts the list of stages, because all samples must reach the norm before one can pass it.
/// The parts are *segments*, each run depth-first: one *pass* over the batch forward and one backward. The last segment
/// does both in one pass:
///
///     pass 0      segment 0 forward            for two norms, so three segments
///     pass 1      segment 1 forward
///     pass 2      segment 2 forward, loss, backward
///     pass 3      segment 1 backward
///     pass 4      segment 0 backward
///
/// What one pass leaves for another is *stored* for every sample of the batch; everything else is in the arena. The
/// output of a convolution is expensive, so it is stored, unless it has few products and its input is recomputed
/// anyway. Pointwise stages and pools are cheap, so the backward pass recomputes their outputs unless a later segment
/// reads them.
namespace norma::inline NORMA_TARGET {

/// Where an array is: in the arena of the thread or in the store of the sample, at an offset in numbers.
struct Place {
    static constexpr long long none = -1;  ///< the offset of an array that does not exist

    bool stored = false;      ///< in the sample's store, else in the arena
    long long offset = none;  ///< from the beginning of the store or arena

    /// Does the array exist?
    constexpr bool exists() const { return offset != none; }
    friend constexpr bool operator==(const Place&, const Place&) = default;
};

/// A stage, and all that the plan decides about it. Numbers of stages are −1 where there is none.
struct PlannedStage {
    Stage stage;                  ///< what is computed
    int segment = 0;              ///< counted from 0
    bool begins_segment = false;  ///< is a norm that reads statistics of the whole batch
    bool runs_again = false;      ///< is recomputed in the backward pass, because its output is not stored
    int skip_maker = -1;          ///< norm to recompute before this stage, because its output, the skip, is not stored
    int input_maker = -1;         ///< convolution of that skip to recompute for the input, after `skip_maker`

    Place input;       ///< of the value that is read
    Place output;      ///< of the value that is made
    Place skip;        ///< of the value that is added
    Place kept_units;  ///< the dropout mask, a byte per number
    Place moments;     ///< of a norm within one sample: mean, then 1 / √(variance + ε), each per channel or pixel

    int merged_stage = -1;             ///< pointwise stage fused into this convolution
    bool is_merged = false;            ///< this pointwise stage is fused into the convolution before it
    long long folded_bias_offset = 0;  ///< of a convolution with a fused norm, in the folded parameters

    bool wants_input_gradient = false;                    ///< false where the input is the network's
    Place output_gradient;                                ///< read backward
    Place input_gradient;                                 ///< written or added to backward
    kernels::Write input_write = kernels::Write::assign;  ///< the first to contribute to a gradient assigns
    Place skip_gradient;                                  ///< added to backward
    bool skip_gradient_is_output_gradient = false;        ///< the same array serves both, nothing is copied

    long long weight_offset = 0;  ///< in the array of parameters
    long long bias_offset = 0;    ///< in the array of parameters
    long long statistics_offset =
        0;  ///< of a norm that couples samples: its channels in the array of running statistics

    /// Is it a norm, ReLU, skip or dropout, or several of them?
    constexpr bool is_pointwise() const { return stage.kind == Stage::Kind::pointwise; }
    /// Is it a norm whose statistics run over the batch?
    constexpr bool is_norm_over_batch() const {
        return is_pointwise() && stage.pointwise.normalises && stage.pointwise.couples_samples;
    }
    /// Is it a norm that takes statistics within one sample?
    constexpr bool has_own_moments() const {
        return is_pointwise() && stage.pointwise.normalises && !stage.pointwise.couples_samples;
    }
};

/// All stages, and sizes in numbers of the network's scalar.
template <std::size_t Count>
struct Plan {
    std::array<PlannedStage, Count> stages{};  ///< in order of execution
    int segments = 1;                          ///< one more than norms that use statistics of the batch in this mode
    long long arena_size = 0;                  ///< per thread
    long long store_size = 0;                  ///< per sample of the batch; 0 where there is one segment
    long long parameters_size = 0;             ///< of the array of parameters, with its gaps for alignment
    long long folded_size = 0;                 ///< of parameters, then biases of fused norms; 0 if no norm is fused
    long long statistics_size = 0;  ///< of the running statistics: channels of all norms over the batch, with gaps
    long long parameter_count = 0;  ///< learned numbers, without the gaps
    Place input;                    ///< of the sample
    Place logits;                   ///< output of the last stage
    Place logits_gradient;          ///< what the loss writes
};

namespace detail {
/// The stages of a segment, in order.
template <const auto& PlanOfNetwork, int Segment>
inline constexpr auto stages_of_segment = [] {
    constexpr auto is_of = [](const PlannedStage& s) { return s.segment == Segment; };
    constexpr auto& all = PlanOfNetwork.stages;
    std::array<int, std::size_t(std::count_if(all.begin(), all.end(), is_of))> stages{};
    std::size_t found = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (is_of(all[i])) stages[found++] = static_cast<int>(i);
    }
    return stages;
}();
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
