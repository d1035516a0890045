#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/target.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/plan.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Folds every norm that the plan fuses into a convolution: makes one convolution with a bias of the two. Per output
/// channel, with scale = weight of the norm / √(variance + ε) and shift = its bias:
/// ((x ∗ w + b) − mean) · scale + shift = x ∗ (w · scale) + ((b − mean) · scale + shift).
/// `learned` is the network's parameters. Writes (`=`) `folded`, `plan.folded_size` numbers: the parameters with the
/// weights w · scale, then the new biases.
template <std::size_t Count, class T>
void fold_norms(const Plan<Count>& plan, const T* learned, const BatchStatistics<T>& statistics, T* folded) {
    std::copy_n(learned, plan.parameters_size, folded);
    for (const PlannedStage& s : plan.stages) {
        if (s.merged_stage < 0) continue;
        const PlannedStage& norm = plan.stages[std::size_t(s.merged_stage)];
        if (!norm.stage.pointwise.normalises) continue;
        const bool affine = norm.stage.pointwise.affine == kernels::Affine::per_channel;
        const bool shifts = norm.stage.bias_count() > 0;
        const int channels = s.stage.convolution.output.channels;
        T* const weight = folded + s.weight_offset;
        for (int c = 0; c < channels; ++c) {
            const std::size_t statistic = std::size_t(norm.statistics_offset + c);
            const T scale = statistics.inverse[statistic] * (affine ? learned[norm.weight_offset + c] : T(1));
            const T bias = s.stage.bias ? learned[s.bias_offset + c] : T(0);
            folded[s.folded_bias_offset + c] =
                (bias - statistics.mean[statistic]) * scale + (shifts ? learned[norm.bias_offset + c] : T(0));
            for (int i = c; i < s.stage.convolution.weight_count(); i += channels) weight[i] *= scale;
        }
    }
}

}  // namespace norma::inline NORMA_TARGET::detail
