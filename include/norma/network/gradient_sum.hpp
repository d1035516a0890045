#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/array_view.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/stack.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/network/batch_parts.hpp"
#include "norma/network/gradient_ranges.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/network/sum_tree.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// to[i] += from[i] for `n` numbers.
template <class T>
void add_numbers(std::size_t n, const T* from, T* to) {
    simd::for_each_packet<T>(n, [&]<class P>(std::size_t i) {
        simd::store(to + i, simd::add(simd::load<P>(to + i), simd::load<P>(from + i)));
    });
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
          later_(plan.mode.gradients ? 2 * plan.norms.size() : 0),
          later_values_(plan.mode.gradients ? std::size_t(2 * plan.statistics_size) : 0) {
        if (!plan.mode.gradients) return;
        if (!reducer.alone()) joint_ = reducer.several().make_sum(sizeof(T), add_bytes);
        passes_ = gradient_ranges(plan);
        cleared_of_passes_ = cleared_ranges(plan);
        for (std::size_t pass = 0; pass < passes_.size(); ++pass) {
            const Ranges ranges = passes_[pass];
            if (!ranges.empty()) stride_ = std::max(stride_, std::size_t(ranges.back().end - ranges[0].begin));
        }
        total_ = AlignedBuffer<T>(std::size_t(plan.parameters_size));
        arrays_ = AlignedBuffer<T>(std::size_t(tree_.arrays()) * stride_);
    }

    GradientSum(const GradientSum&) = delete;
    GradientSum& operator=(const GradientSum&) = delete;
    ~GradientSum() { give_up(); }

    /// Begins pass `pass`, of which `Chunk` gives the chunks of this process in order, from the last to the first if
    /// `turned`.
    NORMA_NOINLINE void begin(int pass, const BatchParts& parts, bool turned) {
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

    /// Adds (`+=`) these to the gradients of the parameters from `begin` on, after the sums of this pass are there.
    void add_later(long long begin, std::span<const T> values) {
        later_.push_back({begin, later_values_.size(), values.size()});
        for (const T value : values) later_values_.push_back(value);
    }

    /// After all chunks: writes (`=`) the sums of this pass to `total`, or adds them (`+=`) where an earlier pass
    /// computed gradients of the same parameters. Those of several processes are there after `settle`: if they may,
    /// they travel while the next pass computes, unless this one is the last.
    NORMA_NOINLINE void finish(bool is_last) {
        const ArrayView<SumTree::Merge> merges = tree_.rest();
        const GradientArray<T> sum = array(joint_ ? 0 : tree_.array_of(0));
        in_intervals(ranges_, [&](const GradientRange& range, long long begin, long long end) {
            for (const SumTree::Merge& merge : merges) add(array(merge.from), begin, end, array(merge.to));
            if (!joint_) store(range, begin, end, sum.at(begin));
        });
        if (!joint_) {
            if (!later_.empty()) add_later_values();
            return;
        }
        travelling_ = ranges_;
        travels_ = true;
        joint_->begin(
            first_number(ranges_, ranges_.end()), chunks_,
            [&](int leaf, std::size_t begin, std::size_t end, std::byte* to) {
                pack(array(tree_.array_of(leaf)), begin, end, reinterpret_cast<T*>(to));
            },
            [&](int n, const FunctionRef<void(int)>& f) { threads_.for_each(n, [&](int k, int) { f(k); }); }, is_last);
    }
    /// Waits for the gradients of a pass that travel, and writes or adds them to `total`. To be called before the
    /// reducer is used again.
    /// @throws what the reducer throws
    NORMA_NOINLINE void settle() {
        if (!std::exchange(travels_, false)) return;
        reducer_.finish();
        const T* const sums = reinterpret_cast<const T*>(joint_->sums());
        in_intervals(travelling_, [&](const GradientRange& range, long long begin, long long end) {
            store(range, begin, end, sums + first_number(travelling_, &range) + (begin - range.begin));
        });
        if (!later_.empty()) add_later_values();
    }
    /// Nothing of a pass before travels any more, after an error: nothing is written.
    void give_up() noexcept {
        later_.clear();
        later_values_.clear();
        if (std::exchange(travels_, false)) reducer_.finish_quietly();
    }

    /// The gradients of all parameters; 0 where no pass computes one.
    std::span<T> total() { return total_; }
    /// Bytes held.
    std::size_t memory() const {
        return (total_.size() + arrays_.size()) * sizeof(T) + (joint_ ? joint_->memory() : 0);
    }

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
        return {arrays_.data() + std::size_t(number) * stride_, ranges_.empty() ? 0 : ranges_[0].begin};
    }
    /// to += from, the gradients of the parameters [begin, end).
    static void add(const GradientArray<T>& from, long long begin, long long end, const GradientArray<T>& to) {
        add_numbers(std::size_t(end - begin), from.at(begin), to.at(begin));
    }
    static void add_bytes(std::size_t n, const std::byte* from, std::byte* to) {
        add_numbers(n, reinterpret_cast<const T*>(from), reinterpret_cast<T*>(to));
    }
    NORMA_NOINLINE void store(const GradientRange& range, long long begin, long long end, const T* sum) {
        T* const to = total_.data() + begin;
        if (range.adds) {
            add_numbers(std::size_t(end - begin), sum, to);
        } else {
            std::copy_n(sum, end - begin, to);
        }
    }
    using Ranges = ArrayView<GradientRange>;

    /// How many numbers the ranges before this one have.
    static std::size_t first_number(Ranges ranges, const GradientRange* range) {
        long long before = 0;
        for (const GradientRange* r = ranges.begin(); r != range; ++r) before += r->end - r->begin;
        return std::size_t(before);
    }
    /// Copies (`=`) the numbers from `begin` up to `end`, counted over all ranges.
    void pack(const GradientArray<T>& from, std::size_t begin, std::size_t end, T* to) const {
        std::size_t first = 0;
        for (const GradientRange& range : ranges_) {
            const std::size_t last = first + std::size_t(range.end - range.begin);
            const std::size_t b = std::max(first, begin);
            const std::size_t e = std::min(last, end);
            if (b < e) to = std::copy_n(from.at(range.begin) + (b - first), e - b, to);
            first = last;
        }
    }
    NORMA_NOINLINE void add_later_values() {
        for (const Later& later : later_.all()) {
            const T* const from = later_values_.all().begin() + later.first;
            T* const to = total_.data() + later.begin;
            for (std::size_t k = 0; k < later.count; ++k) to[k] += from[k];
        }
        later_.clear();
        later_values_.clear();
    }
    /// Calls `f(range, begin, end)` for parts of these ranges. A thread takes 4,096 numbers at a time, in
    /// steps of 256, of which those of all arrays fit the cache.
    NORMA_NOINLINE void in_intervals(Ranges ranges,
                                     FunctionRef<void(const GradientRange&, long long begin, long long end)> f) {
        constexpr long long interval = 4096;
        constexpr long long step = 256;
        const auto intervals = [&](const GradientRange& r) { return (r.end - r.begin + interval - 1) / interval; };
        long long count = 0;
        for (const GradientRange& range : ranges) count += intervals(range);
        threads_.for_each(static_cast<int>(count), [&](int n, int) {
            const GradientRange* range = ranges.begin();
            long long number = n;
            for (; number >= intervals(*range); ++range) number -= intervals(*range);
            const long long first = range->begin + number * interval;
            const long long last = std::min(range->end, first + interval);
            for (long long begin = first; begin < last; begin += step) f(*range, begin, std::min(last, begin + step));
        });
    }

    /// Of `later_values_`, `count` numbers from `first` on belong to the parameters from `begin` on.
    struct Later {
        long long begin;
        std::size_t first;
        std::size_t count;
    };

    Threads& threads_;
    Reducer& reducer_;
    SumTree tree_;
    PassRanges passes_;
    PassRanges cleared_of_passes_;
    Owned<JointSum> joint_;                ///< null in a process alone
    int chunks_ = 0;                       ///< of the batch
    ArrayView<GradientRange> travelling_;  ///< of the pass whose sums travel
    ArrayView<GradientRange> ranges_;      ///< of this pass
    ArrayView<GradientRange> cleared_;     ///< of this pass, those that begin as zeros
    std::size_t stride_ = 0;               ///< numbers from one array to the next
    AlignedBuffer<T> arrays_;
    AlignedBuffer<T> total_;
    Stack<Later> later_;  ///< see `add_later`
    Stack<T> later_values_;
    bool travels_ = false;  ///< the sums of the last pass are not in `total_` yet
};

}  // namespace norma::inline NORMA_TARGET::detail
