#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A batch that a network can read. `load(i, out)` writes (`=`) sample `i` as height × width × channels: channels are
/// innermost, although a `Shape` says C, H, W. Many threads call `load` at once, and training loads a sample up to
/// twice. `load` may use oneTBB itself.
template <class B, class T>
concept SampleBatch = requires(const B& batch, int i, T* out) {
    { batch.size() } -> std::convertible_to<int>;
    batch.load(i, out);
};

/// A batch by reference, without its type: the kernels of a network are compiled once and not for every type of batch.
/// To load a sample is one call by a pointer. Valid as long as the batch.
template <class T>
class BatchRef {
public:
    /// Refers to `batch`.
    template <class Batch>
        requires(!std::same_as<Batch, BatchRef> && SampleBatch<Batch, T>)
    BatchRef(const Batch& batch)
        : batch_(std::addressof(batch)),
          size_(static_cast<int>(batch.size())),
          load_([](const void* b, int i, T* out) { static_cast<const Batch*>(b)->load(i, out); }) {
        if constexpr (requires(int i) {
                          { batch.index_of(i) } -> std::convertible_to<std::size_t>;
                      }) {
            index_of_ = [](const void* b, int i) {
                return static_cast<std::size_t>(static_cast<const Batch*>(b)->index_of(i));
            };
        }
    }

    /// Number of samples.
    int size() const { return size_; }
    /// Writes (`=`) sample `i`, as the batch does.
    void load(int i, T* out) const { load_(batch_, i, out); }
    /// The number of sample `i` in the data, if the batch has `index_of(i)`, which tells it.
    std::optional<std::size_t> index_in_data(int i) const {
        if (index_of_ == nullptr) return std::nullopt;
        return index_of_(batch_, i);
    }

protected:
    const void* batch() const { return batch_; }

private:
    const void* batch_;
    int size_;
    void (*load_)(const void* batch, int i, T* out);
    std::size_t (*index_of_)(const void* batch, int i) = nullptr;
};

}  // namespace norma::inline NORMA_TARGET
