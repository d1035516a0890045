#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/chunks.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/statistics.hpp"
#include "norma/network/batch_parts.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/ops/chunk_part.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What the chunks of a batch add up for norms over the batch (`ops::ChunkPart`), and the sums over all chunks, of all
/// processes. They are the same bits at any number of processes.
template <class T>
class NormParts {
public:
    /// For batches of up to `most_chunks` chunks.
    template <class Value>
    NormParts(const PlanView<Value>& plan, Reducer& reducer, int most_chunks)
        : reducer_(reducer), begins_(std::size_t(reducer.processes()) + 1) {
        if (!plan.mode.batch_statistics) return;
        size_ = std::size_t(plan.part_size);
        stride_ = aligned_count<T>(size_);
        numbers_ = AlignedBuffer<T>(std::size_t(most_chunks) * stride_);
        if (!reducer.alone()) packed_ = AlignedBuffer<T>(numbers_.size());
    }

    /// The numbers of a chunk; null without norms over the batch.
    T* of_chunk(int chunk) { return stride_ > 0 ? numbers_.data() + std::size_t(chunk) * stride_ : nullptr; }
    /// They are 0.
    void clear(int chunk) { std::fill_n(of_chunk(chunk), size_, T(0)); }

    /// Merges the parts of all chunks into those of chunk 0, for the norms for which `takes` is true:
    /// `merge(norm, a, b)` merges the `ops::ChunkPart` b into a.
    template <class Value, class Takes, class Merge>
    void merge(const PlanView<Value>& plan, const BatchParts& batch, const Takes& takes, const Merge& merge) {
        const int chunks = batch.chunks().count();
        const auto for_each_norm = [&](const auto& f) {
            for (const NormOverBatch& norm : plan.norms) {
                if (takes(norm)) f(norm, plan.nodes[std::size_t(norm.node)].facts.statistics_count);
            }
        };
        const auto merge_norm = [&](const NormOverBatch& norm, int channels, int a, int b) {
            const auto part = [&](int chunk) {
                return ops::ChunkPart<T>{of_chunk(chunk) + norm.part_offset, channels};
            };
            merge(norm, part(a), part(b));
        };
        for_each_norm([&](const NormOverBatch& norm, int channels) {
            merge_within(chunks, batch.own(), [&](int a, int b) { merge_norm(norm, channels, a, b); });
        });
        if (reducer_.alone()) return;

        const auto parts = [&](int chunk, const FunctionRef<void(std::span<std::byte>)>& f) {
            for_each_norm([&](const NormOverBatch& norm, int channels) {
                f(std::as_writable_bytes(
                    std::span(of_chunk(chunk) + norm.part_offset, std::size_t(ops::ChunkPart<T>::size(channels)))));
            });
        };
        const auto merge_chunks = [&](int a, int b) {
            for_each_norm([&](const NormOverBatch& norm, int channels) { merge_norm(norm, channels, a, b); });
        };
        reducer_.several().merge_parts(chunks, parts, merge_chunks,
                                       std::as_writable_bytes(std::span(packed_.data(), packed_.size())), begins_);
    }

    /// Bytes held.
    std::size_t memory() const { return (numbers_.size() + packed_.size()) * sizeof(T); }

private:
    Reducer& reducer_;
    std::size_t size_ = 0;    ///< numbers of a chunk
    std::size_t stride_ = 0;  ///< from one chunk to the next
    AlignedBuffer<T> numbers_;
    AlignedBuffer<T> packed_;          ///< what is sent
    std::vector<std::size_t> begins_;  ///< of each process' bytes in it
};

}  // namespace norma::inline NORMA_TARGET::detail
