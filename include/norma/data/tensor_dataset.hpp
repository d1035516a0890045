#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/normalisation.hpp"

namespace norma::inline NORMA_TARGET {

/// Samples of any shape, and what the network should tell of each: PyTorch's TensorDataset. `E` is the type of the
/// inputs: `float`, `double` or `std::uint8_t` (bytes are divided by 255). `V` says what a target is:
///
/// | `V` | target of a sample | `target(i)` |
/// |---|---|---|
/// | `int` | its class | the number |
/// | `float` | `target_size` numbers, for regression, several labels or soft labels | `std::span<const float>` |
/// | `std::uint8_t`, `std::uint16_t` | the class of each pixel, height × width | `std::span<const V>` |
///
/// A mask of one class has `classes = 2`. A table of n columns has the shape {n, 1, 1}, a sound of n numbers {1, 1, n}.
/// Fill the members and give the data set to `Batches`, which verifies them.
/// @snippet examples_test.cpp TensorDataset
template <class E = float, class V = int>
    requires(std::floating_point<E> || std::same_as<E, std::uint8_t>) &&
            (std::same_as<V, int> || std::same_as<V, float> || std::same_as<V, std::uint8_t> ||
             std::same_as<V, std::uint16_t>)
struct TensorDataset {
    /// Has a sample one class?
    static constexpr bool has_class = std::same_as<V, int>;
    /// Has each pixel of a sample a class?
    static constexpr bool has_class_per_pixel = std::unsigned_integral<V>;

    Extent shape = {};                    ///< channels, height and width of a sample
    std::vector<E> inputs = {};           ///< samples × height × width × channels; see `channels_last`
    std::vector<V> targets = {};          ///< of all samples
    int classes = 0;                      ///< number of classes, if targets are classes
    int target_size = 1;                  ///< numbers per sample, if targets are `float`
    int ignored = -100;                   ///< the class of pixels that belong to no class
    std::vector<double> mean = {};        ///< to subtract, one for each channel; none: 0
    std::vector<double> stddev = {};      ///< to divide by, one for each channel; none: 1
    std::string source = "the data set";  ///< where the samples came from; begins messages

    /// Number of samples.
    std::size_t size() const { return inputs.size() / std::max(sample_size(), std::size_t{1}); }
    /// Sizes of one sample.
    Extent extent() const { return shape; }
    /// The numbers of sample `i`, which must be there.
    const E* values(std::size_t i) const { return inputs.data() + i * sample_size(); }
    /// The target of sample `i`, which must be there.
    auto target(std::size_t i) const {
        if constexpr (has_class) {
            return targets[i];
        } else {
            return std::span<const V>(targets).subspan(i * targets_per_sample(), targets_per_sample());
        }
    }
    /// A hash of all inputs, targets and sizes.
    std::uint64_t hash() const {
        const std::array<int, 6> sizes{shape.channels, shape.height, shape.width, classes, target_size, ignored};
        return xxh64(bytes_of(inputs), xxh64(bytes_of(targets), xxh64(bytes_of(sizes))));
    }

    /// A copy of the samples [begin, end).
    /// @throws DataError unless begin < end ≤ size(), or if there are not as many targets as the samples need.
    TensorDataset slice(std::size_t begin, std::size_t end) const {
        validate_sizes();
        if (begin >= end || end > size()) {
            refuse("there is no part from sample " + std::to_string(begin) + " to before sample " +
                   std::to_string(end) + "; a part has one or more of the " + std::to_string(size()) + " samples");
        }
        TensorDataset part{shape, {}, {}, classes, target_size, ignored, mean, stddev, source};
        const auto copy = [&](const auto& from, auto& to, std::size_t each) {
            to.assign(from.begin() + static_cast<std::ptrdiff_t>(begin * each),
                      from.begin() + static_cast<std::ptrdiff_t>(end * each));
        };
        copy(inputs, part.inputs, sample_size());
        copy(targets, part.targets, targets_per_sample());
        return part;
    }
    /// Splits off the last `n` samples as the test set: (training set, test set).
    /// @throws DataError unless 1 ≤ n < size().
    std::pair<TensorDataset, TensorDataset> hold_out(std::size_t n) const {
        if (n < 1 || n >= size()) {
            refuse(std::to_string(n) + " of " + std::to_string(size()) +
                   " samples cannot be held out; at least one must be held out, and one left to train on");
        }
        return {slice(0, size() - n), slice(size() - n, size())};
    }

    /// Verifies that the members are consistent, and that all numbers are finite. `Batches` calls it.
    /// @throws DataError that says what is wrong, and of which sample.
    void validate() const {
        validate_sizes();
        validate_normalisation();
        if constexpr (std::floating_point<E>) {
            validate_finite<E>(inputs, sample_size(), [&](std::size_t k) {
                const std::size_t pixel = k / std::size_t(shape.channels), width = std::size_t(shape.width);
                return "the input of channel " + text(k % std::size_t(shape.channels)) + ", row " +
                       text(pixel / width) + ", column " + text(pixel % width);
            });
        }
        if constexpr (std::same_as<V, float>) {
            validate_finite<V>(targets, targets_per_sample(), [&](std::size_t k) { return "target " + text(k); });
        } else {
            validate_classes();
        }
    }

private:
    std::size_t sample_size() const {
        const long long size = element_count({shape.channels, shape.height, shape.width});
        return size < 0 ? 0 : static_cast<std::size_t>(size);
    }
    std::size_t targets_per_sample() const {
        if constexpr (has_class) return 1;
        if constexpr (has_class_per_pixel) return static_cast<std::size_t>(shape.pixels());
        return static_cast<std::size_t>(std::max(target_size, 0));
    }
    template <class Number>
    static std::string text(Number number) {
        return std::to_string(number);
    }
    [[noreturn]] void refuse(const std::string& what) const { raise<DataError>({source, ": ", what}); }

    void validate_sizes() const {
        const std::string sizes =
            "samples of " + text(shape.channels) + " × " + text(shape.height) + " × " + text(shape.width);
        if (shape.channels < 1 || shape.height < 1 || shape.width < 1) {
            refuse(sizes + "; every size must be positive: set `shape` to {channels, height, width}");
        }
        if (sample_size() == 0) refuse(sizes + "; a sample has at most " + text(most_elements) + " numbers");
        if (inputs.empty()) refuse("there are no samples; at least one is needed");
        if (inputs.size() % sample_size() != 0) {
            refuse(text(inputs.size()) + " inputs are no whole number of " + sizes + ", " + text(sample_size()) +
                   " numbers each");
        }
        if (targets_per_sample() == 0) refuse("target_size is " + text(target_size) + "; it must be 1 or more");
        if (targets.size() != size() * targets_per_sample()) {
            refuse(text(targets.size()) + " targets for " + text(size()) + " samples; each needs " +
                   text(targets_per_sample()) +
                   (has_class             ? ", its class"
                    : has_class_per_pixel ? ", the class of each pixel"
                                          : " (target_size)"));
        }
    }
    void validate_normalisation() const {
        if (mean.empty() && stddev.empty()) return;
        const auto wanted = static_cast<std::size_t>(shape.channels);
        if (mean.size() != wanted || stddev.size() != wanted) {
            refuse(text(mean.size()) + " means and " + text(stddev.size()) + " standard deviations; each of the " +
                   text(wanted) + " channels needs one, or leave both out");
        }
        for (std::size_t c = 0; c < wanted; ++c) {
            const std::string problem =
                detail::normalisation_problem(static_cast<int>(c), mean[c], stddev[c], unit_of<E>);
            if (!problem.empty()) refuse(problem);
        }
    }
    /// Names the first number that is not finite by its sample and `place(k)`, number k of the sample.
    template <class Number, class Place>
    void validate_finite(std::span<const Number> numbers, std::size_t each, const Place& place) const {
        if (all_finite(numbers)) return;
        const auto bad = std::ranges::find_if_not(numbers, [](const Number& x) { return is_finite(x); });
        const auto at = static_cast<std::size_t>(bad - numbers.begin());
        refuse("sample " + text(at / each) + ": " + place(at % each) + " is " + number_text(static_cast<double>(*bad)) +
               "; all numbers must be finite");
    }
    void validate_classes() const {
        if (classes < 1) {
            refuse("the number of classes is " + text(classes) + "; set `classes`, since the targets are classes");
        }
        const auto is_bad = [&](V value) {
            const int c = static_cast<int>(value);
            return (c < 0 || c >= classes) && (has_class || c != ignored);
        };
        const auto bad = std::ranges::find_if(targets, is_bad);
        if (bad == targets.end()) return;
        const auto at = static_cast<std::size_t>(bad - targets.begin());
        const std::size_t pixel = at % targets_per_sample(), width = std::size_t(shape.width);
        refuse("sample " + text(at / targets_per_sample()) +
               (has_class ? "" : ": row " + text(pixel / width) + ", column " + text(pixel % width)) + " has class " +
               text(int{*bad}) + "; classes must be 0 to " + text(classes - 1) + (has_class ? "" : ", or `ignored`"));
    }
};

/// Numbers in PyTorch's order, samples × channels × height × width, in norma's: samples × height × width × channels.
/// @throws DataError if they are no whole number of samples of this shape.
template <class E>
std::vector<E> channels_last(std::span<const E> numbers, Extent shape) {
    const long long each = element_count({shape.channels, shape.height, shape.width});
    if (each < 1 || shape.channels < 1 || shape.height < 1 || numbers.size() % static_cast<std::size_t>(each) != 0) {
        raise<DataError>({"channels_last: ", numbers.size(), " numbers are no whole number of samples of ",
                          shape.channels, " × ", shape.height, " × ", shape.width});
    }
    std::vector<E> out(numbers.size());
    const auto channels = static_cast<std::size_t>(shape.channels), pixels = static_cast<std::size_t>(shape.pixels());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::size_t pixel = i % pixels, channel = i / pixels % channels, sample = i / pixels / channels;
        out[(sample * pixels + pixel) * channels + channel] = numbers[i];
    }
    return out;
}
/// The same.
template <class E>
std::vector<E> channels_last(const std::vector<E>& numbers, Extent shape) {
    return channels_last(std::span<const E>(numbers), shape);
}

}  // namespace norma::inline NORMA_TARGET
