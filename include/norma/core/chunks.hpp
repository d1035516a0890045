#pragma once

#include <algorithm>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// The chunks of a batch: neighbouring samples that one thread takes together. They follow from the network and the
/// size of the batch alone. Each chunk has its own gradients, and a fixed tree adds them, so the sums are the same bits
/// at any number of threads.
struct Chunks {
    int samples = 0;  ///< of the batch
    int block = 1;    ///< samples that a pass handles at a time, a power of two

    /// Samples of every chunk; the last one may have fewer. A chunk has a whole block, unless there are then fewer than
    /// four chunks. A batch of up to 128 samples has at most 16 chunks, whose
    /// size is a power of two. Larger batches have chunks of 8, which a kernel can take as one block of samples, and
    /// from 513 samples on of 16: then there are enough for 64 threads at 1,024 samples, and each has more work before
    /// its gradients are added.
    constexpr int size() const {
        if (samples > 512) return std::max(16, block);
        int size = 1;
        while (size < 8 && samples > 16 * size) size *= 2;
        while (size < block && samples >= 8 * size) size *= 2;
        return size;
    }
    /// How many there are.
    constexpr int count() const { return samples / size() + (samples % size() > 0 ? 1 : 0); }
    /// The largest number of chunks of a batch of up to `samples` samples: larger batches may have fewer, because their
    /// chunks are larger.
    static constexpr int most(int samples, int block = 1) {
        int most = Chunks{samples, block}.count();
        const auto consider = [&](int full) { most = std::max(most, Chunks{std::min(samples, full), block}.count()); };
        for (int size = 1; size <= 8; size *= 2) {
            consider(8 * size - 1);  // of the batches that have chunks of this size
            consider(16 * size);
        }
        consider(512);
        return most;
    }
    /// First sample of a chunk.
    constexpr int begin(int chunk) const { return chunk * size(); }
    /// One past the last sample of a chunk.
    constexpr int end(int chunk) const { return chunk + 1 < count() ? begin(chunk + 1) : samples; }
};

/// Neighbouring chunks of a batch, all that one process takes.
struct ChunkRun {
    int first = 0;  ///< counted from 0
    int last = 0;   ///< one past the last

    /// How many.
    constexpr int count() const { return last - first; }
    /// Are these all, of chunk `begin` up to chunk `end`, in the run?
    constexpr bool has(int begin, int end) const { return first <= begin && end <= last; }

    friend constexpr bool operator==(const ChunkRun&, const ChunkRun&) = default;
};

/// The runs of `processes` processes, which have all `chunks` chunks: `f(rank, run)`. No process has more than the
/// mean, rounded up. Among the ends of runs that allow this, each is the one that cuts the fewest subtrees of
/// `merge_in_tree`; so processes may have less than the mean.
template <class F>
constexpr void for_each_run(int chunks, int processes, const F& f) {
    const int most = (chunks + processes - 1) / processes;
    for (int rank = 0, first = 0; rank < processes; ++rank) {
        const int least = std::max(first, chunks - (processes - 1 - rank) * most);
        int last = std::min(chunks, first + most);
        while (last > 0 && (last & (last - 1)) >= least) last &= last - 1;
        if (rank == processes - 1) last = chunks;
        f(rank, ChunkRun{first, last});
        first = last;
    }
}

/// Calls `f(a, b, end)` for the merges of `merge_in_tree`: the sum of chunks b up to `end` into that of chunks a up to
/// b.
template <class F>
constexpr void for_each_merge(int parts, const F& f) {
    for (int step = 1; step < parts; step *= 2) {
        for (int a = 0; a + step < parts; a += 2 * step) f(a, a + step, std::min(a + 2 * step, parts));
    }
}

/// Merges `parts` parts into part 0 by calls of `merge(a, b)`, which must merge part b into part a: first 1 into 0, 3
/// into 2 and so on, then 2 into 0, 6 into 4. The order depends on `parts` alone.
template <class Merge>
constexpr void merge_in_tree(int parts, const Merge& merge) {
    for_each_merge(parts, [&](int a, int b, int) { merge(a, b); });
}

/// Those merges of `merge_in_tree` of which all chunks are in `run`. They make its subtrees, `for_each_subtree`.
template <class Merge>
constexpr void merge_within(int parts, ChunkRun run, const Merge& merge) {
    for_each_merge(parts, [&](int a, int b, int end) {
        if (run.has(a, end)) merge(a, b);
    });
}

/// The first chunk of each subtree of `run`: each is as large as the run allows. After `merge_within`, their sums are
/// there.
template <class F>
constexpr void for_each_subtree(int parts, ChunkRun run, const F& f) {
    for (int begin = run.first; begin < run.last;) {
        int size = 1;
        while (begin % (2 * size) == 0 && begin + size < parts && std::min(begin + 2 * size, parts) <= run.last)
            size *= 2;
        f(begin);
        begin += size;
    }
}

/// Those merges of `merge_in_tree` that are in no run of `processes` processes: they make the whole sum of the runs'
/// subtrees.
template <class Merge>
constexpr void merge_across(int parts, int processes, const Merge& merge) {
    for_each_merge(parts, [&](int a, int b, int end) {
        bool within = false;
        for_each_run(parts, processes, [&](int, ChunkRun run) { within = within || run.has(a, end); });
        if (!within) merge(a, b);
    });
}

}  // namespace norma::inline NORMA_TARGET
