#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/network/plan.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// The parts of a sample's store that one pass reads and that earlier passes wrote.
template <std::size_t Count>
constexpr List<kernels::Stretch> list_stored_reads(const Plan<Count>& plan, int pass) {
    List<kernels::Stretch> reads;
    const auto add = [&](Place place, Extent extent) {
        const kernels::Stretch stretch{place.offset, extent.size()};
        if (place.stored && std::find(reads.begin(), reads.end(), stretch) == reads.end()) reads.push_back(stretch);
    };
    const bool forward = pass < plan.segments;
    const int segment = forward ? pass : 2 * (plan.segments - 1) - pass;
    const auto is_made_here = [&](int value) {
        return forward && std::any_of(plan.stages.begin(), plan.stages.end(), [&](const PlannedStage& s) {
                   return s.segment == segment && s.stage.output == value;
               });
    };
    for (const PlannedStage& s : plan.stages) {
        if (s.begins_segment && !forward && s.segment == segment + 1) {  // the second half of its gradient
            add(s.input, s.stage.input_extent());
            add(s.output_gradient, s.stage.output_extent());
        }
        if (s.segment != segment) continue;
        if (!is_made_here(s.stage.input)) add(s.input, s.stage.input_extent());
        if (s.skip_maker >= 0) {
            const PlannedStage& maker = plan.stages[static_cast<std::size_t>(s.skip_maker)];
            add(maker.input, maker.stage.input_extent());
        } else if (s.stage.skip >= 0 && !is_made_here(s.stage.skip)) {
            add(s.skip, s.stage.output_extent());
        }
    }
    return reads;
}

/// The same as an array. A pass prefetches these parts for the sample that comes next.
template <const auto& PlanOfNetwork, int Pass>
inline constexpr auto stored_reads = [] {
    constexpr std::size_t size = list_stored_reads(PlanOfNetwork, Pass).size();
    const List<kernels::Stretch> list = list_stored_reads(PlanOfNetwork, Pass);
    std::array<kernels::Stretch, size> reads{};
    std::copy_n(list.begin(), size, reads.begin());
    return reads;
}();

/// The convolution with the most multiply-adds in a segment; −1 if there is none.
template <std::size_t Count>
constexpr int busiest_convolution(const Plan<Count>& plan, int segment) {
    int busiest = -1;
    long long most = 0;
    for (std::size_t i = 0; i < Count; ++i) {
        const PlannedStage& s = plan.stages[i];
        if (s.segment != segment || s.stage.kind != Stage::Kind::convolution) continue;
        if (s.stage.convolution.multiply_adds() <= most) continue;
        most = s.stage.convolution.multiply_adds();
        busiest = static_cast<int>(i);
    }
    return busiest;
}

/// What a kernel of convolution `Index` prefetches in pass `Pass` from `next_store`: what the next sample reads of it.
/// Only the busiest convolution of a segment does so. Its `Shares` kernels fetch one share each, this one share
/// `Share`.
template <const auto& PlanOfNetwork, int Pass, int Index, int Share, int Shares, class T>
constexpr auto prefetch(const T* next_store) {
    constexpr auto reads = stored_reads<PlanOfNetwork, Pass>;
    constexpr int segment = PlanOfNetwork.stages[Index].segment;
    if constexpr (Shares > 0 && reads.size() > 0 && busiest_convolution(PlanOfNetwork, segment) == Index) {
        return kernels::Prefetch<T, reads, Share, Shares>{next_store};
    } else {
        return kernels::NoPrefetch{};
    }
}

}  // namespace norma::inline NORMA_TARGET::detail
