#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/network/chunks.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// to[i] += from[i] for `n` numbers.
template <class T>
void add_numbers(std::size_t n, const T* from, T* to) {
    simd::for_each_packet<T>(n, [&]<class P>(std::size_t i) {
        simd::store(to + i, simd::add(simd::load<P>(to + i), simd::load<P>(from + i)));
    });
}

/// Adds the gradients of the subtrees of all processes, in the tree of all chunks. Each process adds a slice of the
/// numbers, which it gets from all others, and gives its sums to all. So a process sends and receives each number of
/// its subtrees about once, and each sum once, at any number of processes.
template <class T>
class ExchangedSum {
public:
    /// Between these processes.
    explicit ExchangedSum(Reducer& reducer) : reducer_(reducer), sent_(ends()), received_(ends()), sums_(ends()) {}

    /// Begins a sum of `count` numbers over `chunks` chunks: `pack(leaf, begin, end, to)` copies (`=`) the numbers from
    /// `begin` up to `end` of the own subtree whose first chunk is `leaf`.
    template <class Pack>
    void begin(std::size_t count, int chunks, Threads& threads, const Pack& pack) {
        count_ = count;
        slice_ = slice_begin(reducer_.rank() + 1) - slice_begin(reducer_.rank());
        divide(chunks);
        const std::size_t own = leaves_.size();
        // By process, then by subtree.
        for (int p = 0; p < reducer_.processes(); ++p) {
            const std::size_t first = slice_begin(p);
            const std::size_t size = slice_begin(p + 1) - first;
            threads.for_each(intervals(size), [&](int k, int) {
                const auto [begin, end] = interval(k, size);
                for (std::size_t s = 0; s < own; ++s) {
                    pack(leaves_[s], first + begin, first + end, to_send_.data() + own * first + s * size + begin);
                }
            });
        }
    }

    /// Exchanges what `begin` packed, and adds: `for_each(n, f)` calls `f(k)` for each k in [0, n), in any order.
    template <class ForEach>
    void exchange(const ForEach& for_each) {
        const std::size_t own = leaves_.size();
        reducer_.exchange(bytes(to_send_, own * count_), sent_, bytes(parts_, received_.back() / sizeof(T)), received_);
        T* const sums = to_send_.data() + slice_begin(reducer_.rank());
        for_each(intervals(slice_), [&](int k) {
            const auto [begin, end] = interval(k, slice_);
            T* const parts = parts_.data() + begin;
            for (const Merge& merge : merges_) add_numbers(end - begin, parts + merge.from, parts + merge.to);
            std::copy_n(parts, end - begin, sums + begin);
        });
        reducer_.gather(bytes(to_send_, count_), sums_);
    }
    /// The sums, after `exchange` and until the next `begin`.
    const T* sums() const { return to_send_.data(); }

    /// Bytes held.
    std::size_t memory() const { return (to_send_.size() + parts_.size()) * sizeof(T); }

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

    std::vector<std::size_t> ends() const { return std::vector<std::size_t>(std::size_t(reducer_.processes()) + 1); }
    /// Where the slice of process `p` begins: at a cache line.
    std::size_t slice_begin(int p) const {
        if (p == reducer_.processes()) return count_;
        constexpr std::size_t line = aligned_count<T>(1);
        return count_ * std::size_t(p) / std::size_t(reducer_.processes()) / line * line;
    }
    /// Where the bytes of each process are, and what is added to what.
    void divide(int chunks) {
        std::size_t all = 0;
        slots_.assign(std::size_t(chunks), 0);
        leaves_.clear();
        for_each_run(chunks, reducer_.processes(), [&](int rank, ChunkRun run) {
            received_[std::size_t(rank)] = all * slice_ * sizeof(T);
            for_each_subtree(chunks, run, [&](int leaf) {
                slots_[std::size_t(leaf)] = all++ * slice_;
                if (rank == reducer_.rank()) leaves_.push_back(leaf);
            });
        });
        received_.back() = all * slice_ * sizeof(T);
        for (int p = 0; p <= reducer_.processes(); ++p) {
            sums_[std::size_t(p)] = slice_begin(p) * sizeof(T);
            sent_[std::size_t(p)] = leaves_.size() * sums_[std::size_t(p)];
        }
        merges_.clear();
        merge_across(chunks, reducer_.processes(), [&](int a, int b) {
            merges_.push_back({slots_[std::size_t(a)], slots_[std::size_t(b)]});
        });
        grow(to_send_, std::max<std::size_t>(leaves_.size(), 1) * count_);
        grow(parts_, all * slice_);
    }
    static std::span<std::byte> bytes(AlignedBuffer<T>& numbers, std::size_t count) {
        return std::as_writable_bytes(std::span(numbers.data(), count));
    }
    // The first batches of a size that needs more memory get it, such as the last batch of an epoch.
    static void grow(AlignedBuffer<T>& buffer, std::size_t size) {
        if (buffer.size() < size) buffer = AlignedBuffer<T>(size);
    }
    static constexpr std::size_t interval_size = 4096;
    static int intervals(std::size_t size) { return int((size + interval_size - 1) / interval_size); }
    static Interval interval(int k, std::size_t size) {
        const std::size_t begin = std::size_t(k) * interval_size;
        return {begin, std::min(size, begin + interval_size)};
    }

    Reducer& reducer_;
    std::size_t count_ = 0;                            ///< numbers of the sum
    std::size_t slice_ = 0;                            ///< those that this process adds
    std::vector<std::size_t> sent_, received_, sums_;  ///< where the bytes of each process begin
    std::vector<std::size_t> slots_;                   ///< by the first chunk of each subtree, its place in `parts_`
    std::vector<int> leaves_;                          ///< of the own subtrees, their first chunks
    std::vector<Merge> merges_;                        ///< of subtrees, in order
    AlignedBuffer<T> to_send_;                         ///< then the sums
    AlignedBuffer<T> parts_;                           ///< the own slice of all subtrees
};

}  // namespace norma::inline NORMA_TARGET::detail
