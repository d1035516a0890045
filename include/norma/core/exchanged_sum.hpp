#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/chunks.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/several_processes.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Adds the subtrees of all processes, in the tree of all chunks. Each process adds a slice of the numbers, which it
/// gets from all others, and gives its sums to all. So a process sends and receives each number of its subtrees about
/// once, and each sum once, at any number of processes.
template <class AnyReducer>
class ExchangedSum final : public JointSum {
public:
    /// Between these processes, of numbers of `size` bytes.
    ExchangedSum(AnyReducer& reducer, std::size_t size, Add& add)
        : reducer_(reducer), size_(size), add_(add), sent_(ends()), received_(ends()), sums_(ends()) {}

    void begin(std::size_t count, int chunks, const Pack& pack, const ForEach& for_each, bool at_once) override {
        count_ = count;
        slice_ = slice_begin(reducer_.rank() + 1) - slice_begin(reducer_.rank());
        divide(chunks);
        const std::size_t own = leaves_.size();
        // By process, then by subtree.
        for (int p = 0; p < reducer_.processes(); ++p) {
            const std::size_t first = slice_begin(p);
            const std::size_t size = slice_begin(p + 1) - first;
            for_each(intervals(size), [&](int k) {
                const auto [begin, end] = interval(k, size);
                for (std::size_t s = 0; s < own; ++s) {
                    pack(leaves_[s], first + begin, first + end,
                         to_send_.data() + (own * first + s * size + begin) * size_);
                }
            });
        }
        if (at_once) return exchange(for_each);
        reducer_.start_work(alone_);
    }
    const std::byte* sums() const override { return to_send_.data(); }
    std::size_t memory() const override { return to_send_.size() + parts_.size(); }

private:
    /// The part at `from` is added to that at `to`, places in `parts_`.
    struct Merge {
        std::size_t to;
        std::size_t from;
    };
    struct Interval {
        std::size_t begin;
        std::size_t end;
    };

    /// Exchanges what `begin` packed, and adds.
    void exchange(const ForEach& for_each) {
        const std::size_t own = leaves_.size() * count_ * size_;
        reducer_.exchange({to_send_.data(), own}, sent_, {parts_.data(), received_.back()}, received_);
        std::byte* const sums = to_send_.data() + slice_begin(reducer_.rank()) * size_;
        for_each(intervals(slice_), [&](int k) {
            const auto [begin, end] = interval(k, slice_);
            std::byte* const parts = parts_.data() + begin * size_;
            for (const Merge& merge : merges_) add_(end - begin, parts + merge.from, parts + merge.to);
            std::copy_n(parts, (end - begin) * size_, sums + begin * size_);
        });
        reducer_.gather({to_send_.data(), count_ * size_}, sums_);
    }

    std::vector<std::size_t> ends() const { return std::vector<std::size_t>(std::size_t(reducer_.processes()) + 1); }
    /// Where the slice of process `p` begins: at a cache line.
    std::size_t slice_begin(int p) const {
        if (p == reducer_.processes()) return count_;
        const std::size_t line = alignment / size_;
        return count_ * std::size_t(p) / std::size_t(reducer_.processes()) / line * line;
    }
    /// Where the bytes of each process are, and what is added to what.
    void divide(int chunks) {
        std::size_t all = 0;
        slots_.assign(std::size_t(chunks), 0);
        leaves_.clear();
        for_each_run(chunks, reducer_.processes(), [&](int rank, ChunkRun run) {
            received_[std::size_t(rank)] = all * slice_ * size_;
            for_each_subtree(chunks, run, [&](int leaf) {
                slots_[std::size_t(leaf)] = all++ * slice_ * size_;
                if (rank == reducer_.rank()) leaves_.push_back(leaf);
            });
        });
        received_.back() = all * slice_ * size_;
        for (int p = 0; p <= reducer_.processes(); ++p) {
            sums_[std::size_t(p)] = slice_begin(p) * size_;
            sent_[std::size_t(p)] = leaves_.size() * sums_[std::size_t(p)];
        }
        merges_.clear();
        merge_across(chunks, reducer_.processes(), [&](int a, int b) {
            merges_.push_back({slots_[std::size_t(a)], slots_[std::size_t(b)]});
        });
        grow(to_send_, std::max<std::size_t>(leaves_.size(), 1) * count_ * size_);
        grow(parts_, all * slice_ * size_);
    }
    // The first batches of a size that needs more memory get it, such as the last batch of an epoch.
    static void grow(AlignedBuffer<std::byte>& buffer, std::size_t size) {
        if (buffer.size() < size) buffer = AlignedBuffer<std::byte>(size);
    }
    static constexpr std::size_t interval_size = 4096;
    static int intervals(std::size_t size) { return int((size + interval_size - 1) / interval_size); }
    static Interval interval(int k, std::size_t size) {
        const std::size_t begin = std::size_t(k) * interval_size;
        return {begin, std::min(size, begin + interval_size)};
    }
    /// Exchanges without the threads, which compute meanwhile.
    struct Alone {
        ExchangedSum& sum;
        void operator()() const {
            sum.exchange([](int n, const FunctionRef<void(int)>& f) {
                for (int k = 0; k < n; ++k) f(k);
            });
        }
    };

    AnyReducer& reducer_;
    std::size_t size_;
    Add& add_;
    std::size_t count_ = 0;                            ///< numbers of the sum
    std::size_t slice_ = 0;                            ///< those that this process adds
    std::vector<std::size_t> sent_, received_, sums_;  ///< where the bytes of each process begin
    std::vector<std::size_t> slots_;                   ///< by the first chunk of each subtree, its place in `parts_`
    std::vector<int> leaves_;                          ///< of the own subtrees, their first chunks
    std::vector<Merge> merges_;                        ///< of subtrees, in order
    AlignedBuffer<std::byte> to_send_;                 ///< then the sums
    AlignedBuffer<std::byte> parts_;                   ///< the own slice of all subtrees
    Alone alone_{*this};
};

}  // namespace norma::inline NORMA_TARGET::detail
