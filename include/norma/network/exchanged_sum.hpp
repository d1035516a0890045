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

    /// The sums of `count` numbers over all chunks: `pack(leaf, begin, end, to)` copies (`=`) the numbers from `begin`
    /// up to `end` of the own subtree whose first chunk is `leaf`. Valid until the next call.
    template <class Pack>
    std::span<const T> sum(std::size_t count, int chunks, Threads& threads, const Pack& pack) {
        const int processes = reducer_.processes();
        std::size_t all = 0;
        slots_.assign(std::size_t(chunks), 0);
        const std::size_t slice = slice_begin(count, reducer_.rank() + 1) - slice_begin(count, reducer_.rank());
        leaves_.clear();
        for_each_run(chunks, processes, [&](int rank, ChunkRun run) {
            received_[std::size_t(rank)] = all * slice * sizeof(T);
            for_each_subtree(chunks, run, [&](int leaf) {
                slots_[std::size_t(leaf)] = all++;
                if (rank == reducer_.rank()) leaves_.push_back(leaf);
            });
        });
        const std::size_t own = leaves_.size();
        merges_.clear();
        merge_across(chunks, processes, [&](int a, int b) {
            merges_.push_back({slots_[std::size_t(a)] * slice, slots_[std::size_t(b)] * slice});
        });
        received_.back() = all * slice * sizeof(T);
        for (int p = 0; p <= processes; ++p) {
            sums_[std::size_t(p)] = slice_begin(count, p) * sizeof(T);
            sent_[std::size_t(p)] = own * sums_[std::size_t(p)];
        }
        grow(to_send_, std::max<std::size_t>(own, 1) * count);
        grow(parts_, all * slice);

        // Packs by process, then by subtree.
        in_intervals(
            threads, processes, [&](int p) { return slice_begin(count, p + 1) - slice_begin(count, p); },
            [&](int p, std::size_t begin, std::size_t end) {
                const std::size_t first = slice_begin(count, p);
                const std::size_t size = slice_begin(count, p + 1) - first;
                for (std::size_t s = 0; s < own; ++s) {
                    pack(leaves_[s], first + begin, first + end, to_send_.data() + own * first + s * size + begin);
                }
            });
        reducer_.exchange(bytes(to_send_, own * count), sent_, bytes(parts_, all * slice), received_);
        const std::size_t mine = slice_begin(count, reducer_.rank());
        in_intervals(
            threads, 1, [&](int) { return slice; },
            [&](int, std::size_t begin, std::size_t end) {
                T* const parts = parts_.data() + begin;
                for (const Merge& merge : merges_) {
                    add_numbers(end - begin, parts + merge.from, parts + merge.to);
                }
                std::copy_n(parts, end - begin, to_send_.data() + mine + begin);
            });
        reducer_.gather(bytes(to_send_, count), sums_);
        return {to_send_.data(), count};
    }

    /// Bytes held.
    std::size_t memory() const { return (to_send_.size() + parts_.size()) * sizeof(T); }

private:
    std::vector<std::size_t> ends() const { return std::vector<std::size_t>(std::size_t(reducer_.processes()) + 1); }
    /// Where the slice of process `p` begins; whole cache lines, so that packets are.
    std::size_t slice_begin(std::size_t count, int p) const {
        if (p == reducer_.processes()) return count;
        constexpr std::size_t line = aligned_count<T>(1);
        return count * std::size_t(p) / std::size_t(reducer_.processes()) / line * line;
    }
    static std::span<std::byte> bytes(AlignedBuffer<T>& numbers, std::size_t count) {
        return std::as_writable_bytes(std::span(numbers.data(), count));
    }
    // The first batches of a size that needs more memory get it, such as the last batch of an epoch.
    static void grow(AlignedBuffer<T>& buffer, std::size_t size) {
        if (buffer.size() < size) buffer = AlignedBuffer<T>(size);
    }
    /// Calls `f(k, begin, end)` for intervals of `size(k)` numbers, for each k in [0, n).
    template <class Size, class F>
    static void in_intervals(Threads& threads, int n, const Size& size, const F& f) {
        constexpr std::size_t interval = 4096;
        int intervals = 0;
        for (int k = 0; k < n; ++k) intervals += int((size(k) + interval - 1) / interval);
        threads.for_each(intervals, [&](int number, int) {
            int k = 0;
            std::size_t begin = std::size_t(number) * interval;
            for (; begin >= size(k); ++k) begin -= (size(k) + interval - 1) / interval * interval;
            f(k, begin, std::min(size(k), begin + interval));
        });
    }

    /// The part at `from` is added to that at `to`, places in `parts_`.
    struct Merge {
        std::size_t to;
        std::size_t from;
    };

    Reducer& reducer_;
    std::vector<std::size_t> sent_, received_, sums_;  ///< where the bytes of each process begin
    std::vector<std::size_t> slots_;                   ///< by the first chunk of each subtree, its place in `parts_`
    std::vector<int> leaves_;                          ///< of the own subtrees, their first chunks
    std::vector<Merge> merges_;                        ///< of subtrees, in order
    AlignedBuffer<T> to_send_;                         ///< then the sums
    AlignedBuffer<T> parts_;                           ///< the own slice of all subtrees
};

}  // namespace norma::inline NORMA_TARGET::detail
