#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/array_view.hpp"
#include "norma/core/chunks.hpp"
#include "norma/core/stack.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which arrays hold which partial sums while threads compute the leaves of a sum. The terms are added in the tree of
/// `merge_in_tree`, whatever thread computes which leaf and whichever is ready first. There are fewer arrays than
/// leaves: a thread that finds none free first adds two sums that are neighbours in the tree.
class SumTree {
public:
    static constexpr int none = -1;  ///< a leaf or an array that does not exist

    /// A leaf, and the array that a thread computes it in.
    struct Leaf {
        int number = none;
        int array = none;
    };
    /// Two arrays: `from` is added to `to`.
    struct Merge {
        int to;
        int from;
    };

    /// Arrays for `threads` threads and `leaves` leaves of `subtrees` subtrees: one for each thread, what a thread that
    /// is ahead of the others leaves (half a one for each thread), one for each level of the tree, and one for each
    /// subtree that is complete. Threads wait only for one that is far behind, and one thread alone never waits.
    static constexpr int arrays(int threads, int leaves, int subtrees = 1) {
        int levels = 0;
        while ((leaves - 1) >> levels > 0) ++levels;
        return std::min(leaves, threads + threads / 2 + levels + subtrees - 1);
    }

    /// For sums of up to `most_leaves` terms, of which this process takes up to `most_taken`, in up to `most_subtrees`
    /// subtrees.
    SumTree(int threads, int most_leaves, int most_taken, int most_subtrees)
        : arrays_(most_taken > 0 ? arrays(threads, most_taken, most_subtrees) : 0),
          free_(std::size_t(arrays_)),
          holders_(2 * std::size_t(most_leaves) + most_levels),
          levels_(most_levels),
          pairs_(std::size_t(most_leaves)),
          merges_(std::size_t(most_leaves)) {}

    /// How many arrays there are.
    int arrays() const { return arrays_; }

    /// Begins a sum of `leaves` leaves, of which `take` gives those of `run` in order, from the last to the first if
    /// `turned`. All arrays are free.
    void begin(int leaves, ChunkRun run, bool turned) {
        run_ = run;
        taken_ = 0;
        turned_ = turned;
        abandoned_ = false;
        pairs_.clear();
        merges_.clear();
        levels_.clear();
        int nodes = 0;
        for (int width = leaves;; width = (width + 1) / 2) {
            levels_.push_back({nodes, width});
            nodes += width;
            if (width <= 1) break;
        }
        for (int k = 0; k < nodes; ++k) holders_[std::size_t(k)] = none;
        free_.clear();
        for (int a = arrays_ - 1; a >= 0; --a) free_.push_back(a);
    }

    /// The next leaf and a free array for it. Calls `merge(Merge)` for pairs of sums until an array is free, and waits
    /// while there are no pairs. A leaf of number `none` after `abandon`.
    template <class MergeArrays>
    Leaf take(MergeArrays&& merge) {
        std::unique_lock lock(mutex_);
        while (!abandoned_) {
            if (!free_.empty()) {
                const int array = free_.back();
                free_.pop_back();
                const int leaf = taken_++;
                return {turned_ ? run_.last - 1 - leaf : run_.first + leaf, array};
            }
            if (pairs_.empty()) {
                changed_.wait(lock);
                continue;
            }
            const auto [parent, arrays] = take_pair();
            lock.unlock();
            merge(arrays);
            lock.lock();
            free_.push_back(arrays.from);
            hold(parent, arrays.to);
            changed_.notify_one();
        }
        return {};
    }

    /// The leaf is computed.
    void give(const Leaf& leaf) {
        const std::lock_guard lock(mutex_);
        hold({0, leaf.number}, leaf.array);
        changed_.notify_one();
    }

    /// A leaf will not be given: nobody waits for it, and there are no more leaves.
    void abandon() {
        const std::lock_guard lock(mutex_);
        abandoned_ = true;
        changed_.notify_all();
    }

    /// After all leaves of the run are given: the merges that are left, in order.
    ArrayView<Merge> rest() {
        while (!pairs_.empty()) {
            const auto [parent, arrays] = take_pair();
            merges_.push_back(arrays);
            hold(parent, arrays.to);
        }
        return merges_.all();
    }
    /// After the merges of `rest`: the array of the sum of a subtree (`for_each_subtree`) whose first leaf is `leaf`.
    int array_of(int leaf) const {
        int array = none;
        for (std::size_t level = 0; level < levels_.size() && (leaf >> level) << level == leaf; ++level) {
            const int held = holders_[std::size_t(levels_[level].first + (leaf >> level))];
            if (held != none) array = held;
        }
        return array;
    }

private:
    static constexpr std::size_t most_levels = 32;

    /// Node `index` of a level of the tree; level 0 has the leaves.
    struct Node {
        std::size_t level;
        int index;
    };
    struct Level {
        int first;  ///< of its nodes in `holders_`
        int width;  ///< nodes
    };
    struct Pair {
        Node parent;
        Merge arrays;
    };

    int& holder(std::size_t level, int index) { return holders_[std::size_t(levels_[level].first + index)]; }

    /// Array `array` holds the sum of a node. A node without a neighbour passes its sum on to the next level.
    void hold(Node node, int array) {
        while (levels_[node.level].width > 1 && (node.index ^ 1) >= levels_[node.level].width) {
            node = {node.level + 1, node.index / 2};
        }
        holder(node.level, node.index) = array;
        if (levels_[node.level].width > 1 && holder(node.level, node.index ^ 1) != none) {
            pairs_.push_back({node.level, node.index & ~1});
        }
    }
    /// The pair that was completed last: its arrays may still be in the cache.
    Pair take_pair() {
        const Node left = pairs_.back();
        pairs_.pop_back();
        return {{left.level + 1, left.index / 2}, {holder(left.level, left.index), holder(left.level, left.index + 1)}};
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    int arrays_;
    ChunkRun run_;
    int taken_ = 0;
    bool turned_ = false;
    bool abandoned_ = false;
    Stack<int> free_;             ///< arrays
    AlignedBuffer<int> holders_;  ///< the array that holds each node's sum
    Stack<Level> levels_;         ///< of the tree
    Stack<Node> pairs_;           ///< the left ones of two neighbours that are both held
    Stack<Merge> merges_;         ///< see `rest`
};

}  // namespace norma::inline NORMA_TARGET::detail
