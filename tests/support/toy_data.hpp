#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"

/// Numbers in [−1, 1) that follow from the seed and the index alone.
inline std::vector<double> toy_numbers(std::uint64_t seed, std::size_t count) {
    norma::RandomSequence random({seed, norma::Purpose::synthetic, 77, 0, 0});
    std::vector<double> numbers(count);
    for (double& number : numbers) number = static_cast<double>(random.uniform(-1.0f, 1.0f));
    return numbers;
}

/// A labelled batch of made-up samples.
template <class T>
class ToyBatch {
public:
    ToyBatch(norma::Extent extent, int size, std::uint64_t seed, int classes = 2)
        : extent_(extent), labels_(static_cast<std::size_t>(size)) {
        const std::vector<double> numbers = toy_numbers(seed, labels_.size() * static_cast<std::size_t>(extent.size()));
        values_.assign(numbers.begin(), numbers.end());
        for (std::size_t i = 0; i < labels_.size(); ++i) labels_[i] = static_cast<int>(i * 7 + seed) % classes;
    }
    /// The same size, nothing but not-a-numbers.
    static ToyBatch poison(norma::Extent extent, int size) {
        ToyBatch batch(extent, size, 0);
        std::ranges::fill(batch.values_, std::numeric_limits<T>::quiet_NaN());
        return batch;
    }

    int size() const { return static_cast<int>(labels_.size()); }
    int label(int i) const { return labels_[static_cast<std::size_t>(i)]; }
    void load(int i, T* out) const { std::copy_n(sample(i), extent_.size(), out); }

    const T* sample(int i) const { return values_.data() + static_cast<std::ptrdiff_t>(i) * extent_.size(); }
    T* sample(int i) { return values_.data() + static_cast<std::ptrdiff_t>(i) * extent_.size(); }
    void set_label(int i, int label) { labels_[static_cast<std::size_t>(i)] = label; }

private:
    norma::Extent extent_;
    std::vector<int> labels_;
    std::vector<T> values_;
};

/// A source of such batches that says how often it was asked.
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
