#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_parts.hpp"
#include "norma/network/exchanged_sum.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/network/sum_tree.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Neighbouring parameters whose gradients one pass computes.
struct GradientRange {
    long long begin;  ///< in the array of parameters
    long long end;    ///< one past the last
    bool adds;        ///< an earlier pass computed gradients of the same parameters

    friend constexpr bool operator==(const GradientRange&, const GradientRange&) = default;
};

/// Sorts the ranges of one pass and joins those that only padding separates.
inline std::vector<GradientRange> joined_ranges(std::vector<GradientRange> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    std::vector<GradientRange> joined;
    for (const GradientRange& range : ranges) {
        if (joined.empty() || range.begin > joined.back().end || range.adds != joined.back().adds) {
            joined.push_back(range);
        } else {
            joined.back().end = std::max(joined.back().end, range.end);
        }
    }
    return joined;
}

/// Calls `f(node, first of the parameters, how many)` for the weights and biases whose gradients a pass computes.
template <class T, class F>
void for_each_gradient(const PlanView<T>& plan, const Pass& pass, const F& f) {
    for (int s = pass.first; s < pass.last; ++s) {
        const Step& step = plan.steps[std::size_t(s)];
        if (step.action != Action::backward) continue;
        const FusedNode& node = plan.nodes[std::size_t(step.node)];
        if (node.facts.weight_count > 0) f(node, node.weight_offset, node.facts.weight_count);
        if (node.facts.bias_count > 0) f(node, node.bias_offset, node.facts.bias_count);
    }
}

/// For each pass of a plan, the parameters whose gradients it computes, in order. Ranges that only padding separates
/// are one.
template <class Value>
std::vector<std::vector<GradientRange>> gradient_ranges(const PlanView<Value>& plan) {
    std::vector<std::vector<GradientRange>> passes;
    std::vector<long long> earlier;
    for (const Pass& pass : plan.passes) {
        std::vector<GradientRange> ranges;
        for_each_gradient(plan, pass, [&](const FusedNode&, long long begin, int count) {
            const bool adds = std::find(earlier.begin(), earlier.end(), begin) != earlier.end();
            ranges.push_back({begin, begin + padded(count), adds});
        });
        for (const GradientRange& range : ranges) earlier.push_back(range.begin);
        passes.push_back(joined_ranges(ranges));
    }
    return passes;
}

/// For each pass of a plan, those of these parameters whose gradients must be 0 when a chunk begins: all but what the
/// chunk's first sample writes.
template <class T>
std::vector<std::vector<GradientRange>> cleared_ranges(const PlanView<T>& plan) {
    std::vector<std::vector<GradientRange>> passes;
    for (const Pass& pass : plan.passes) {
        std::vector<GradientRange> ranges;
        for_each_gradient(plan, pass, [&](const FusedNode& node, long long begin, int count) {
            const int written = node.assigns_gradients() ? count : 0;
            if (written < padded(count)) ranges.push_back({begin + written, begin + padded(count), false});
        });
        passes.push_back(joined_ranges(ranges));
    }
    return passes;
}

/// Sums the gradients of the chunks of a batch, of all processes, pass by pass. A pass needs arrays only for the
/// parameters whose gradients it computes, and about one for each thread, see `SumTree`. The sums are the same bits at
/// any number of threads and processes.
template <class T>
class GradientSum {
public:
    /// For plans with gradients, and batches of up to `most_chunks` chunks, of which this process has up to `most`.
    /// Without gradients it has no memory.
    template <class Value>
    GradientSum(const PlanView<Value>& plan, Threads& threads, Reducer& reducer, int most_chunks,
                const BatchParts::Most& most)
        : threads_(threads),
          reducer_(reducer),
          tree_(threads.count(), plan.mode.gradients ? most_chunks : 0, plan.mode.gradients ? most.chunks : 0,
                most.subtrees),
          exchanged_(reducer) {
        if (!plan.mode.gradients) return;
        passes_ = gradient_ranges(plan);
        cleared_of_passes_ = cleared_ranges(plan);
        for (const std::vector<GradientRange>& ranges : passes_) {
            if (!ranges.empty()) stride_ = std::max(stride_, std::size_t(ranges.back().end - ranges.front().begin));
        }
        total_ = AlignedBuffer<T>(std::size_t(plan.parameters_size));
        arrays_ = AlignedBuffer<T>(std::size_t(tree_.arrays()) * stride_);
    }

    /// Begins pass `pass`, of which `Chunk` gives the chunks of this process in order, from the last to the first if
    /// `turned`.
    void begin(int pass, const BatchParts& parts, bool turned) {
        ranges_ = passes_[std::size_t(pass)];
        cleared_ = cleared_of_passes_[std::size_t(pass)];
        chunks_ = parts.chunks().count();
        tree_.begin(chunks_, parts.own(), turned);
    }

    /// A chunk in the hands of a thread, with an array for its gradients: zeros, but where its first sample writes. One
    /// that is destroyed before it is given, by an exception, ends the pass.
    class Chunk {
    public:
        /// Takes the next chunk of the pass.
        explicit Chunk(GradientSum& sum) : sum_(sum), leaf_(sum.take()) {}
        Chunk(const Chunk&) = delete;
        Chunk& operator=(const Chunk&) = delete;
        ~Chunk() {
            if (!given_) sum_.tree_.abandon();
        }
        /// Its number; −1 if the pass has ended.
        int number() const { return leaf_.number; }
        /// Its gradients, to write and to add to.
        GradientArray<T> gradients() const { return sum_.array(leaf_.array); }
        /// The gradients are complete.
        void give() {
            given_ = true;
            sum_.tree_.give(leaf_);
        }

    private:
        GradientSum& sum_;
        SumTree::Leaf leaf_;
        bool given_ = false;
    };

    /// After all chunks: writes (`=`) the sums of this pass to `total`, or adds them (`+=`) where an earlier pass
    /// computed gradients of the same parameters.
    void finish() {
        const std::span<const SumTree::Merge> merges = tree_.rest();
        if (reducer_.alone()) {
            const GradientArray<T> sum = array(tree_.array_of(0));
            in_intervals([&](const GradientRange& range, long long begin, long long end) {
                merge(merges, begin, end);
                store(range, begin, end, sum.at(begin));
            });
            return;
        }
        in_intervals([&](const GradientRange&, long long begin, long long end) { merge(merges, begin, end); });
        long long count = 0;
        for (const GradientRange& range : ranges_) count += range.end - range.begin;
        const std::span<const T> sums = exchanged_.sum(
            std::size_t(count), chunks_, threads_, [&](int leaf, std::size_t begin, std::size_t end, T* to) {
                const GradientArray<T> from = array(tree_.array_of(leaf));
                long long first = 0;  // of the range, among the numbers of all ranges
                for (const GradientRange& range : ranges_) {
                    const long long last = first + range.end - range.begin;
                    const long long b = std::max(first, static_cast<long long>(begin));
                    const long long e = std::min(last, static_cast<long long>(end));
                    if (b < e) to = std::copy_n(from.at(range.begin + b - first), e - b, to);
                    first = last;
                }
            });
        in_intervals([&](const GradientRange& range, long long begin, long long end) {
            long long before = 0;
            for (const GradientRange* r = ranges_.data(); r != &range; ++r) before += r->end - r->begin;
            store(range, begin, end, sums.data() + before + begin - range.begin);
        });
    }

    /// The gradients of all parameters; 0 where no pass computes one.
    std::span<T> total() { return total_; }
    /// Bytes held.
    std::size_t memory() const { return (total_.size() + arrays_.size()) * sizeof(T) + exchanged_.memory(); }

private:
    SumTree::Leaf take() {
        const SumTree::Leaf leaf = tree_.take([&](const SumTree::Merge& merge) {
            for (const GradientRange& r : ranges_) add(array(merge.from), r.begin, r.end, array(merge.to));
        });
        if (leaf.number != SumTree::none) {
            for (const GradientRange& r : cleared_)
                std::fill(array(leaf.array).at(r.begin), array(leaf.array).at(r.end), T(0));
        }
        return leaf;
    }
    GradientArray<T> array(int number) {
        return {arrays_.data() + std::size_t(number) * stride_, ranges_.empty() ? 0 : ranges_.front().begin};
    }
    /// to += from, the gradients of the parameters [begin, end).
    static void add(const GradientArray<T>& from, long long begin, long long end, const GradientArray<T>& to) {
        add_numbers(std::size_t(end - begin), from.at(begin), to.at(begin));
    }
    void merge(std::span<const SumTree::Merge> merges, long long begin, long long end) {
        for (const SumTree::Merge& merge : merges) add(array(merge.from), begin, end, array(merge.to));
    }
    void store(const GradientRange& range, long long begin, long long end, const T* sum) {
        T* const to = total_.data() + begin;
        if (range.adds) {
            add_numbers(std::size_t(end - begin), sum, to);
        } else {
            std::copy_n(sum, end - begin, to);
        }
    }
    /// Calls `f(range, begin, end)` for parts of all ranges of this pass. A thread takes 4,096 numbers at a time, in
    /// steps of 256, of which those of all arrays fit the cache.
    template <class F>
    void in_intervals(const F& f) {
        constexpr long long interval = 4096;
        constexpr long long step = 256;
        const auto intervals = [&](const GradientRange& r) { return (r.end - r.begin + interval - 1) / interval; };
        long long count = 0;
        for (const GradientRange& range : ranges_) count += intervals(range);
        threads_.for_each(static_cast<int>(count), [&](int n, int) {
            const GradientRange* range = ranges_.data();
            long long number = n;
            for (; number >= intervals(*range); ++range) number -= intervals(*range);
            const long long first = range->begin + number * interval;
            const long long last = std::min(range->end, first + interval);
            for (long long begin = first; begin < last; begin += step) f(*range, begin, std::min(last, begin + step));
        });
    }

    Threads& threads_;
    Reducer& reducer_;
    SumTree tree_;
    std::vector<std::vector<GradientRange>> passes_;
    std::vector<std::vector<GradientRange>> cleared_of_passes_;
    ExchangedSum<T> exchanged_;
    int chunks_ = 0;                          ///< of the batch
    std::span<const GradientRange> ranges_;   ///< of this pass
    std::span<const GradientRange> cleared_;  ///< of this pass, those that begin as zeros
    std::size_t stride_ = 0;                  ///< numbers from one array to the next
    AlignedBuffer<T> arrays_;
    AlignedBuffer<T> total_;
};

}  // namespace norma::inline NORMA_TARGET::detail
