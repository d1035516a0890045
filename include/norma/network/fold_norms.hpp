#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <variant>

#include "norma/core/array_view.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/plan_view.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Does the op `op` have a norm folded into it?
constexpr bool folds_norm(const Op& op) {
    return visit_op(op, []<class O>(const O& o) {
        if constexpr (ops::HasEpilogue<O>) return o.folds_norm;
        return false;
    });
}

/// Folds the norm that the plan fuses into the convolution `node`: writes (`=`) its weights and biases to `folded`. See
/// `fold_norms`.
template <class T>
void fold_norm(std::span<const Node> graph, const FusedNode& node, const T* learned,
               const BatchStatistics<T>& statistics, T* folded) {
    const Node& norm = graph[std::size_t(node.norm)];
    const Node& convolution = graph[std::size_t(node.convolution)];
    const bool affine = norm_in(norm)->affine == kernels::Affine::per_channel;
    const bool shifts = norm.facts.bias_count > 0;
    const int channels = node.facts.output.channels;
    const int stride = node.facts.weight_stride;
    const T* const inverse = statistics.inverse.data() + norm.statistics_offset;
    const T* const mean = statistics.mean.data() + norm.statistics_offset;
    T* const bias = folded + node.bias_offset;  // holds the scales first
    for (int c = 0; c < channels; ++c) bias[c] = inverse[c] * (affine ? learned[norm.weight_offset + c] : T(1));
    // In memory a weight is rows of output channels, each of `stride` numbers.
    for (int row = 0; row < node.facts.weight_count; row += channels * stride) {
        const T* const from = learned + node.weight_offset + row;
        T* const to = folded + node.weight_offset + row;
        if (stride == 1) {
            simd::for_each_narrowing_packet<T>(channels, [&]<class P>(std::size_t c) {
                simd::store(to + c, simd::multiply(simd::load<P>(from + c), simd::load<P>(bias + c)));
            });
        } else {
            for (int c = 0; c < channels; ++c) {
                for (int i = c * stride; i < (c + 1) * stride; ++i) to[i] = from[i] * bias[c];
            }
        }
    }
    for (int c = 0; c < channels; ++c) {
        const T own = convolution.facts.bias_count > 0 ? learned[convolution.bias_offset + c] : T(0);
        bias[c] = (own - mean[c]) * bias[c] + (shifts ? learned[norm.bias_offset + c] : T(0));
    }
}

/// Folds every norm that the plan fuses into a convolution: makes one convolution with a bias of the two. Per output
/// channel, with scale = weight of the norm / √(variance + ε) and shift = its bias:
/// ((x ∗ w + b) − mean) · scale + shift = x ∗ (w · scale) + ((b − mean) · scale + shift).
/// `graph` are the network's nodes, `nodes` those of the plan, `learned` the network's parameters, `parameters_size`
/// numbers. Writes (`=`) `folded`: the parameters with the weights w · scale, then the new biases.
template <class T>
void fold_norms(std::span<const Node> graph, ArrayView<FusedNode> nodes, long long parameters_size, const T* learned,
                const BatchStatistics<T>& statistics, T* folded) {
    long long copied = 0;  // all parameters before are copied or folded
    for (const FusedNode& node : nodes) {
        if (!folds_norm(node.op)) continue;
        if (node.weight_offset >= copied) {
            std::copy(learned + copied, learned + node.weight_offset, folded + copied);
            copied = node.weight_offset + node.facts.weight_count;
        }
        fold_norm(graph, node, learned, statistics, folded);
    }
    std::copy(learned + copied, learned + parameters_size, folded + copied);
}

template <class Value>
void take_norms(const PlanView<Value>& plan, const ScalarOf<Value>* learned, const ScalarOf<Value>* running_mean,
                const ScalarOf<Value>* running_var, BatchStatistics<ScalarOf<Value>>& statistics,
                ScalarOf<Value>* folded) {
    statistics.take_running(plan.graph, running_mean, running_var);
    if (plan.folded_size == 0) return;
    fold_norms<ScalarOf<Value>>(plan.graph, plan.nodes, plan.parameters_size, learned, statistics, folded);
}

}  // namespace norma::inline NORMA_TARGET::detail
