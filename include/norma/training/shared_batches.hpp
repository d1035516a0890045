#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/loss_ref.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Evaluates batches that processes share: each runs a part of the samples, and all get the outputs of all. In
/// evaluation mode the output of a sample depends on no other, so it is the same bits in any part. It knows no type of
/// network, so that it is compiled once.
template <class T>
class SharedBatches {
public:
    /// What runs a batch: an executor of one network.
    using Run = FunctionRef<void(const BatchRef<T>&, const LossRef<T>&, FirstNonFinite* watch)>;

    /// For batches of up to `most_samples` samples, and a network of `outputs` outputs.
    SharedBatches(Threads& threads, int outputs, int most_samples)
        : threads_(threads), outputs_(static_cast<std::size_t>(outputs)), most_samples_(most_samples) {
        if (!reducer().alone()) all_ = AlignedBuffer<T>(outputs_ * static_cast<std::size_t>(most_samples));
    }

    /// Calls `run` with the samples of this process, then `loss` with the outputs of each sample of `batch`.
    void run(const BatchRef<T>& batch, const LossRef<T>& loss, FirstNonFinite* watch, Run run) {
        const int size = batch.size();
        const bool refused = size < 1 || size > most_samples_;  // by `run`
        if (refused || reducer().alone()) return run(batch, loss, watch);
        share(batch, loss, watch, run);
    }

private:
    /// The same, if there are other processes.
    [[gnu::cold]] void share(const BatchRef<T>& batch, const LossRef<T>& loss, FirstNonFinite* watch, Run run) {
        const int size = batch.size();
        const auto processes = static_cast<std::size_t>(reducer().processes());
        begins_.clear();
        for (std::size_t p = 0; p <= processes; ++p) {
            begins_.push_back(static_cast<std::size_t>(size) * p / processes * outputs_ * sizeof(T));
        }
        const auto begin_of = [&](int rank) {
            return static_cast<int>(begins_[static_cast<std::size_t>(rank)] / (outputs_ * sizeof(T)));
        };
        const int begin = begin_of(reducer().rank());
        const int end = begin_of(reducer().rank() + 1);
        FirstNonFinite first;
        if (begin < end) {
            const auto store = [&](int i, const T* outputs, T*) { std::copy_n(outputs, outputs_, output(begin + i)); };
            run(Part{batch, begin, end - begin}, store, watch == nullptr ? nullptr : &first);
        }
        reducer().agree({Reducer::evaluation, static_cast<std::uint16_t>(size)});
        if (watch != nullptr) {
            watch->take(first, begin);
            watch->join(reducer());
        }
        reducer().gather(std::as_writable_bytes(std::span(all_.data(), static_cast<std::size_t>(size) * outputs_)),
                         begins_);
        threads_.for_each(size, [&](int i, int) { loss(i, output(i), nullptr); });
    }
    /// Neighbouring samples of a batch.
    struct Part {
        const BatchRef<T>& batch;
        int first;
        int samples;
        int size() const { return samples; }
        void load(int i, T* out) const { batch.load(first + i, out); }
    };
    Reducer& reducer() const { return threads_.reducer(); }
    T* output(int i) { return all_.data() + static_cast<std::size_t>(i) * outputs_; }

    Threads& threads_;
    std::size_t outputs_;
    int most_samples_;
    AlignedBuffer<T> all_;             ///< outputs of the samples of all processes
    std::vector<std::size_t> begins_;  ///< of each process' bytes in it
};

}  // namespace norma::inline NORMA_TARGET::detail
