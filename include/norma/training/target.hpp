#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "norma/core/finite.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/mixed_class.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

/// What a loss is told of the truth about a sample. A loss names one of these types, or one of its user's, and a
/// batch's `target(i)` is converted to it. `problem(output)` says in words why a target does not fit an output of that
/// shape; it is empty if it fits.
namespace norma::inline NORMA_TARGET {

namespace detail {
/// A range of numbers of type `U` that are still there after the range itself is gone.
template <class R, class U>
concept LastingNumbers = std::constructible_from<std::span<const U>, R> &&
                         (std::is_lvalue_reference_v<R> || std::ranges::enable_borrowed_range<std::remove_cvref_t<R>>);
}  // namespace detail

/// The class of a sample: one class, counted from 0, two of them (`MixedClass`), or a probability for each class (soft
/// labels).
class ClassTarget {
public:
    /// Of one class.
    template <class Label>
        requires(std::integral<Label> || std::is_enum_v<Label>)
    ClassTarget(Label label) : first_(static_cast<long long>(label)), second_(first_) {}
    /// Of two classes.
    ClassTarget(const MixedClass& mixed) : first_(mixed.first), second_(mixed.second), share_(mixed.share) {}
    /// Of a probability for each class. The numbers must outlive the target.
    template <detail::LastingNumbers<float> Numbers>
    ClassTarget(Numbers&& probabilities)
        : probabilities_(std::data(probabilities), std::size(probabilities)), soft_(true) {}

    /// How far from 1 the sum of the probabilities may be.
    static constexpr double sum_tolerance = 0.001;

    /// Is it a probability for each class?
    bool is_soft() const { return soft_; }
    /// Is it a single class?
    bool is_one_class() const { return !soft_ && share_ >= 1; }
    /// The class with the largest share, the first of equals.
    long long label() const {
        if (!soft_) return share_ >= 0.5f ? first_ : second_;
        std::size_t largest = 0;
        for (std::size_t c = 1; c < probabilities_.size(); ++c) {
            if (probabilities_[largest] < probabilities_[c]) largest = c;
        }
        return static_cast<long long>(largest);
    }
    /// Calls `f(c, share)` for the classes that are named, of a soft label for all.
    template <class F>
    void for_each_share(const F& f) const {
        for (std::size_t c = 0; c < probabilities_.size(); ++c) f(c, probabilities_[c]);
        if (soft_) return;
        f(static_cast<std::size_t>(first_), share_);
        if (share_ < 1) f(static_cast<std::size_t>(second_), 1 - share_);
    }

    /// See above; `output` has a channel for each class.
    std::string problem(Extent output) const {
        const int classes = output.channels;
        if (!soft_) {
            if (const std::string text = problem_of_label(first_, classes); !text.empty()) return text;
            if (is_nan(share_) || !(share_ >= 0 && share_ <= 1)) {
                return joined_text({"has a mixture of two classes with the share ", share_, "; it must be in 0 to 1"});
            }
            return share_ < 1 ? problem_of_label(second_, classes) : std::string();
        }
        if (probabilities_.size() != static_cast<std::size_t>(classes)) {
            return joined_text(
                {"has ", probabilities_.size(), " probabilities of classes; the network has ", classes, " classes"});
        }
        const std::string otherwise = " (for other numbers than probabilities, use another loss than CrossEntropy)";
        double sum = 0;
        for (std::size_t c = 0; c < probabilities_.size(); ++c) {
            sum += static_cast<double>(probabilities_[c]);
            if (!is_nan(probabilities_[c]) && probabilities_[c] >= 0 && probabilities_[c] <= 1) continue;
            return joined_text(
                {"has the probability ", probabilities_[c], " of class ", c, "; it must be in 0 to 1", otherwise});
        }
        if (sum >= 1 - sum_tolerance && sum <= 1 + sum_tolerance) return {};
        return joined_text({"has probabilities of classes whose sum is ", sum, "; it must be 1, to within ",
                            sum_tolerance, otherwise});
    }

    /// Refuses targets of another type by a compile error of one sentence.
    template <class Given>
    static constexpr void assert_takes() {
        static_assert(std::convertible_to<Given, ClassTarget>,
                      "norma: the target of a sample is here the number of a class, counted from 0: target(i) must "
                      "return a whole number such as int, a MixedClass, or a std::span<const float> of one probability "
                      "per class; for other numbers give the trainer another loss, such as MeanSquaredError.");
    }

private:
    static std::string problem_of_label(long long label, int classes) {
        if (label >= 0 && label < classes) return {};
        return joined_text({"has label ", label, "; the network has classes 0 to ", classes - 1});
    }

    long long first_ = 0;
    long long second_ = 0;
    float share_ = 1;
    std::span<const float> probabilities_ = {};
    bool soft_ = false;
};

namespace detail {
/// Why there are not as many target values as outputs; empty if there are.
inline std::string problem_of_count(std::size_t targets, Extent output) {
    const auto outputs = static_cast<std::size_t>(output.size());
    if (targets == outputs) return {};
    const auto count = [](std::size_t n, const std::string& what) {
        return joined_text({n, " ", what, (n == 1 ? "" : "s")});
    };
    return joined_text({"has ", count(targets, "target value"), "; the network has ", count(outputs, "output"),
                        ", and each needs one"});
}
}  // namespace detail

/// Numbers of a sample, one for each number of the network's output and in its layout (an image: height × width ×
/// channels): what a regression is to give.
class NumberTarget {
public:
    /// Of a single number.
    template <std::floating_point Number>
    NumberTarget(Number number) : one_(static_cast<float>(number)), size_(1) {}
    /// Of several. They must outlive the target.
    template <detail::LastingNumbers<float> Numbers>
    NumberTarget(Numbers&& numbers) : numbers_(std::data(numbers)), size_(std::size(numbers)) {}

    /// How many.
    std::size_t size() const { return size_; }
    /// Number `k`.
    float operator[](std::size_t k) const { return numbers_ == nullptr ? one_ : numbers_[k]; }

    /// See above.
    std::string problem(Extent output) const {
        if (std::string text = detail::problem_of_count(size_, output); !text.empty()) return text;
        for (std::size_t k = 0; k < size_; ++k) {
            if (is_finite((*this)[k])) continue;
            return joined_text(
                {"has the target value ", (*this)[k], " for output ", k, ", which is not finite; correct the data"});
        }
        return {};
    }

    /// Refuses targets of another type by a compile error of one sentence.
    template <class Given>
    static constexpr void assert_takes() {
        static_assert(std::convertible_to<Given, NumberTarget>,
                      "norma: the target of a sample is here one number for each output of the network: target(i) must "
                      "return a std::span<const float> of numbers that last longer than the call, or for one output a "
                      "float; for classes give the trainer the loss CrossEntropy.");
    }

private:
    const float* numbers_ = nullptr;  ///< null if there is one, or none
    float one_ = 0;
    std::size_t size_;
};

/// Which of several labels a sample has: a number from 0 to 1 for each number of the network's output and in its
/// layout, of floats, or of bytes, 0 or 1. So it may be a mask, a byte for each pixel of an output of one channel.
class LabelTarget {
public:
    /// Of floats, or of a single one.
    template <class Numbers>
        requires std::convertible_to<Numbers, NumberTarget>
    LabelTarget(Numbers&& numbers) : numbers_(std::forward<Numbers>(numbers)), size_(numbers_.size()) {}
    /// Of bytes. They must outlive the target.
    template <detail::LastingNumbers<std::uint8_t> Bytes>
    LabelTarget(Bytes&& bytes)
        : numbers_(std::span<const float>()), bytes_(std::data(bytes)), size_(std::size(bytes)) {}

    /// How many.
    std::size_t size() const { return size_; }
    /// Number `k`.
    float operator[](std::size_t k) const { return bytes_ == nullptr ? numbers_[k] : static_cast<float>(bytes_[k]); }
    /// Has the sample label `k`?
    bool has(std::size_t k) const { return (*this)[k] >= 0.5f; }

    /// See above.
    std::string problem(Extent output) const {
        if (std::string text = detail::problem_of_count(size_, output); !text.empty()) return text;
        for (std::size_t k = 0; k < size_; ++k) {
            const float number = (*this)[k];
            if (is_finite(number) && number >= 0 && number <= 1) continue;
            return joined_text({"has the target value ", number, " for label ", k, "; it must be in 0 to 1"});
        }
        return {};
    }

    /// Refuses targets of another type by a compile error of one sentence.
    template <class Given>
    static constexpr void assert_takes() {
        static_assert(std::convertible_to<Given, LabelTarget>,
                      "norma: the target of a sample is here a number from 0 to 1 for each output of the network: "
                      "target(i) must return a std::span of float or of unsigned char (0 or 1, for instance a mask) "
                      "that lasts longer than the call, or for one output a float.");
    }

private:
    NumberTarget numbers_;                 ///< none if they are bytes
    const std::uint8_t* bytes_ = nullptr;  ///< null if they are floats
    std::size_t size_;
};

/// A class for each pixel of the network's output, row by row.
class PixelTarget {
public:
    /// Of bytes, 16-bit numbers or ints. They must outlive the target.
    template <class Labels>
        requires(detail::LastingNumbers<Labels, std::uint8_t> || detail::LastingNumbers<Labels, std::uint16_t> ||
                 detail::LastingNumbers<Labels, int>)
    PixelTarget(Labels&& labels)
        : labels_(std::data(labels)), size_(std::size(labels)), bytes_(sizeof(*std::data(labels))) {}

    /// Pixels.
    std::size_t size() const { return size_; }
    /// Class of pixel `p`.
    int operator[](std::size_t p) const {
        if (bytes_ == 1) return static_cast<const std::uint8_t*>(labels_)[p];
        if (bytes_ == 2) return static_cast<const std::uint16_t*>(labels_)[p];
        return static_cast<const int*>(labels_)[p];
    }

    /// See above; `output` has a channel for each class. Pixels of the class `ignored` may have any number.
    std::string problem(Extent output, int ignored) const {
        if (size_ != static_cast<std::size_t>(output.pixels())) {
            return joined_text({"has classes for ", size_, " pixels; the network's output has ", output.pixels()});
        }
        for (std::size_t p = 0; p < size_; ++p) {
            const int label = (*this)[p];
            if ((label >= 0 && label < output.channels) || label == ignored) continue;
            return joined_text({"has label ", label, " at row ", static_cast<int>(p) / output.width, ", column ",
                                static_cast<int>(p) % output.width, "; the network has classes 0 to ",
                                output.channels - 1, ", and ", ignored, " is ignored"});
        }
        return {};
    }

    /// Refuses targets of another type by a compile error of one sentence.
    template <class Given>
    static constexpr void assert_takes() {
        static_assert(std::convertible_to<Given, PixelTarget>,
                      "norma: the target of a sample is here a class for each pixel of the network's output: target(i) "
                      "must return a std::span of unsigned char, unsigned short or int that lasts longer than the "
                      "call.");
    }

private:
    const void* labels_;
    std::size_t size_;
    std::size_t bytes_;  ///< of a label
};

/// What asks for no target.
struct NoTarget {
    /// Of any target.
    template <class Any>
    NoTarget(const Any&) {}
};

/// Needs a class that a source may name an output of its own? Not the two values of a label.
template <class Target>
inline constexpr bool needs_output_per_class = !std::same_as<Target, LabelTarget> && !std::same_as<Target, NoTarget>;

}  // namespace norma::inline NORMA_TARGET
