#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "norma/core/chunks.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which chunks and samples of a batch each process has; a process alone has all.
class BatchParts {
public:
    /// For a plan that handles `block` samples at a time.
    BatchParts(const Reducer& reducer, int block)
        : rank_(reducer.rank()), block_(block), begins_(std::size_t(reducer.processes()) + 1) {}

    /// The most that this process has of any batch of up to `most_samples` samples.
    struct Most {
        int samples = 0;
        int chunks = 0;
        int subtrees = 0;
    };
    [[gnu::cold]] Most most(int most_samples) const {
        if (processes() == 1) return {most_samples, Chunks::most(most_samples, block_), 1};
        Most most;
        for (int samples = 1; samples <= most_samples; ++samples) {
            const Chunks chunks{samples, block_};
            for_each_run(chunks.count(), processes(), [&](int rank, ChunkRun run) {
                if (rank != rank_ || run.count() == 0) return;
                int subtrees = 0;
                for_each_subtree(chunks.count(), run, [&](int) { ++subtrees; });
                most.samples = std::max(most.samples, chunks.end(run.last - 1) - chunks.begin(run.first));
                most.chunks = std::max(most.chunks, run.count());
                most.subtrees = std::max(most.subtrees, subtrees);
            });
        }
        return most;
    }

    /// Divides a batch of `samples` samples.
    void divide(int samples) {
        chunks_ = {samples, block_};
        for_each_run(chunks_.count(), processes(), [&](int rank, ChunkRun run) {
            if (rank == rank_) own_ = run;
            begins_[std::size_t(rank) + 1] = run.last == 0 ? 0 : std::size_t(chunks_.end(run.last - 1));
        });
    }

    int processes() const { return int(begins_.size()) - 1; }
    /// All chunks of the batch.
    const Chunks& chunks() const { return chunks_; }
    /// Those of this process.
    ChunkRun own() const { return own_; }
    /// The first sample of each process, then the number of all samples.
    std::span<const std::size_t> sample_begins() const { return {begins_.data(), begins_.size()}; }
    /// The first sample of this process.
    int first_sample() const { return int(begins_[std::size_t(rank_)]); }

private:
    int rank_;
    int block_;
    Chunks chunks_;
    ChunkRun own_;
    std::vector<std::size_t> begins_;
};

}  // namespace norma::inline NORMA_TARGET::detail
