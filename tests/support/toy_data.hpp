#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "norma/testing/toy_batch.hpp"

using norma::conformance::toy_numbers;
using norma::conformance::ToyBatch;

/// A source of such batches that counts how often it was used.
template <class T>
class ToySource {
public:
    ToySource(norma::Extent extent, std::vector<int> sizes, std::uint64_t seed, int classes = 2)
        : extent_(extent), classes_(classes) {
        for (const int size : sizes) {
            batches_.emplace_back(extent, size, seed + 100 * batches_.size(), classes);
            batch_size_ = std::max(batch_size_, size);
            samples_ += static_cast<std::size_t>(size);
        }
    }

    void start_epoch(int epoch) { started_.push_back(epoch); }
    std::size_t size() const { return samples_; }
    int batch_size() const { return batch_size_; }
    int count() const { return static_cast<int>(batches_.size()); }
    norma::Extent extent() const { return extent_; }
    int classes() const { return classes_; }
    const ToyBatch<T>& operator[](int b) const { return batches_[static_cast<std::size_t>(b)]; }
    ToyBatch<T>& operator[](int b) { return batches_[static_cast<std::size_t>(b)]; }

    const std::vector<int>& started() const { return started_; }

private:
    norma::Extent extent_;
    int classes_;
    int batch_size_ = 1;
    std::size_t samples_ = 0;
    std::vector<ToyBatch<T>> batches_;
    std::vector<int> started_;
};
