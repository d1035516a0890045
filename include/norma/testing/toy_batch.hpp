#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Random numbers in [−1, 1); each depends on the seed and its index alone.
inline std::vector<double> toy_numbers(std::uint64_t seed, std::size_t count) {
    RandomSequence random({seed, Purpose::synthetic, 77, 0, 0});
    std::vector<double> numbers(count);
    for (double& number : numbers) number = static_cast<double>(random.uniform(-1.0f, 1.0f));
    return numbers;
}

/// A labelled batch of random samples.
template <class T>
class ToyBatch {
public:
    /// `size` samples of shape `extent`, drawn by `seed`, with labels in [0, classes).
    ToyBatch(Extent extent, int size, std::uint64_t seed, int classes = 2)
        : extent_(extent), labels_(static_cast<std::size_t>(size)) {
        const std::vector<double> numbers = toy_numbers(seed, labels_.size() * static_cast<std::size_t>(extent.size()));
        values_.assign(numbers.begin(), numbers.end());
        for (std::size_t i = 0; i < labels_.size(); ++i) labels_[i] = static_cast<int>(i * 7 + seed) % classes;
    }
    /// `size` samples of NaN.
    static ToyBatch poison(Extent extent, int size) {
        ToyBatch batch(extent, size, 0);
        std::ranges::fill(batch.values_, std::numeric_limits<T>::quiet_NaN());
        return batch;
    }

    /// Samples.
    int size() const { return static_cast<int>(labels_.size()); }
    /// Class of sample `i`.
    int target(int i) const { return labels_[static_cast<std::size_t>(i)]; }
    /// Writes (=) sample `i`.
    void load(int i, T* out) const { std::copy_n(sample(i), extent_.size(), out); }

    /// The numbers of sample `i`, height × width × channels.
    const T* sample(int i) const { return values_.data() + static_cast<std::ptrdiff_t>(i) * extent_.size(); }
    /// The same, to be changed.
    T* sample(int i) { return values_.data() + static_cast<std::ptrdiff_t>(i) * extent_.size(); }
    /// Sets the class of sample `i`.
    void set_label(int i, int label) { labels_[static_cast<std::size_t>(i)] = label; }

private:
    Extent extent_;
    std::vector<int> labels_;
    std::vector<T> values_;
};

}  // namespace norma::inline NORMA_TARGET::conformance
