#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "norma/core/finite.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/magnitude.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"

namespace norma::inline NORMA_TARGET {

/// The largest |x| that an input may hold: 4.5e15 for float. Norms and optimisers add up squares of numbers; the sum
/// of the squares of up to 2^24 numbers below this limit is finite.
template <class T>
inline constexpr T largest_input = [] {
    T power = 1;
    for (int i = 0; i < std::numeric_limits<T>::max_exponent / 2 - 12; ++i) power *= 2;
    return power;
}();

/// Why a sample, height × width × channels, cannot be used, in words: its first number that is not finite or whose |x|
/// is above `largest_input`, and where that is. Empty if there is none.
template <class T>
[[gnu::cold]] std::string unusable_input(std::span<const T> sample, Extent extent) {
    for (std::size_t i = 0; i < sample.size(); ++i) {
        if (magnitude(sample[i]) <= magnitude(largest_input<T>)) continue;
        const std::size_t pixel = i / std::size_t(extent.channels);
        const std::string found = joined_text({"holds ", sample[i], " at row ", pixel / std::size_t(extent.width),
                                               ", column ", pixel % std::size_t(extent.width), ", channel ",
                                               i % std::size_t(extent.channels), " (counted from 0), "});
        if (!is_finite(sample[i])) return joined_text({found, "which is not finite; correct the data"});
        return joined_text({found, "which is too large to be squared and summed (the largest allowed is ",
                            largest_input<T>, "); correct or normalise the data"});
    }
    return {};
}

/// A batch that checks every sample when it is loaded, so that a message can say which sample of which batch is not
/// usable. It refers to the batch that it was made of.
template <class T>
class CheckedInput {
public:
    /// Over `batch`, whose samples have the shape `extent`.
    CheckedInput(const BatchRef<T>& batch, Extent extent) : batch_(batch), extent_(extent) {}

    /// Samples.
    int size() const { return batch_.size(); }
    /// Writes (`=`) sample `i`, as the batch does.
    void load(int i, T* out) const {
        batch_.load(i, out);
        if (any_above(std::span<const T>(out, std::size_t(extent_.size())), largest_input<T>)) note(i);
    }

    /// Was a sample loaded that cannot be used?
    bool found() const { return first_.load() != none; }
    /// The first such sample of the batch and what is wrong with it, in words; only after `found`.
    [[gnu::cold]] std::string problem() const {
        const int i = first_.load();
        std::vector<T> sample(std::size_t(extent_.size()));
        batch_.load(i, sample.data());
        std::string text = joined_text({"sample ", i, " of the batch"});
        if (const auto index = batch_.index_in_data(i)) text += joined_text({" (number ", *index, " of the data)"});
        const std::string found = unusable_input(std::span<const T>(sample), extent_);
        return joined_text(
            {text, " ",
             (found.empty() ? "could not be used when it was loaded the first time; load must give the same each time"
                            : found)});
    }

private:
    static constexpr int none = std::numeric_limits<int>::max();

    void note(int i) const {
        int first = first_.load();
        while (i < first && !first_.compare_exchange_weak(first, i)) {
        }
    }

    BatchRef<T> batch_;
    Extent extent_;
    mutable std::atomic<int> first_ = none;
};

}  // namespace norma::inline NORMA_TARGET
