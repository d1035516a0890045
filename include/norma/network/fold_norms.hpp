#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <variant>

#include "norma/core/target.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/network/batch_statistics.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Does the op `op` have a norm folded into it?
constexpr bool folds_norm(const Op& op) {
    return std::visit(
        []<class O>(const O& o) {
            if constexpr (ops::HasEpilogue<O>) return o.folds_norm;
            return false;
        },
        op);
}

/// Folds every norm that the plan fuses into a convolution: makes one convolution with a bias of the two. Per output
/// channel, with scale = weight of the norm / √(variance + ε) and shift = its bias:
/// ((x ∗ w + b) − mean) · scale + shift = x ∗ (w · scale) + ((b − mean) · scale + shift).
/// `graph` are the network's nodes, `nodes` those of the plan, `learned` the network's parameters, `parameters_size`
/// numbers. Writes (`=`) `folded`: the parameters with the weights w · scale, then the new biases.
template <class T>
void fold_norms(std::span<const Node> graph, std::span<const FusedNode> nodes, long long parameters_size,
                const T* learned, const BatchStatistics<T>& statistics, T* folded) {
    std::copy_n(learned, parameters_size, folded);
    for (const FusedNode& node : nodes) {
        if (!folds_norm(node.op)) continue;
        const Node& norm = graph[std::size_t(node.norm)];
        const Node& convolution = graph[std::size_t(node.convolution)];
        const bool affine = norm_in(norm)->affine == kernels::Affine::per_channel;
        const bool shifts = norm.facts.bias_count > 0;
        const int channels = node.facts.output.channels;
        const int stride = node.facts.weight_stride;
        T* const weight = folded + node.weight_offset;
        for (int c = 0; c < channels; ++c) {
            const std::size_t statistic = std::size_t(norm.statistics_offset + c);
            const T scale = statistics.inverse[statistic] * (affine ? learned[norm.weight_offset + c] : T(1));
            const T bias = convolution.facts.bias_count > 0 ? learned[convolution.bias_offset + c] : T(0);
            folded[node.bias_offset + c] =
                (bias - statistics.mean[statistic]) * scale + (shifts ? learned[norm.bias_offset + c] : T(0));
            for (int i = c * stride; i < node.facts.weight_count; i += channels * stride) {
                for (int k = 0; k < stride; ++k) weight[i + k] *= scale;
            }
        }
    }
}

}  // namespace norma::inline NORMA_TARGET::detail
