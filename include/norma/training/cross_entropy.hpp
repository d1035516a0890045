#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/class_metrics.hpp"
#include "norma/training/loss_weights.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Refuses a network that is not a classifier, by a compile error of one sentence.
template <class Net>
constexpr void assert_classifier() {
    static_assert(!Net::layers_fit || Net::outputs >= 2,
                  "norma: a classifier needs at least two outputs, one per class, but this network has one; for two "
                  "classes, end it with Linear<2>.");
    static_assert(
        !Net::layers_fit || Net::output_extent.pixels() == 1,
        "norma: a classifier must end in one number per class, but this network ends in an image; end it with "
        "Linear<classes>, or with GlobalAvgPool2d after a convolution of one channel per class.");
}

namespace detail {

/// See `CrossEntropy`, of one sample or one pixel.
template <class T>
NORMA_NOINLINE double class_loss(std::span<const T> logits, const ClassTarget& target, double smoothing,
                                 const LossWeights& weights, T scale, T* gradient) {
    const std::size_t classes = logits.size();
    const T largest = logits[top_class(logits)];
    T sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        const T exponential = std::exp(logits[c] - largest);
        if (gradient != nullptr) gradient[c] = exponential;
        sum += exponential;
    }
    const T log_sum = std::log(sum);
    const auto loss_of = [&](std::size_t c) { return static_cast<double>(log_sum - (logits[c] - largest)); };
    if (target.is_one_class() && !(smoothing > 0)) {
        const auto label = static_cast<std::size_t>(target.label());
        const double weight = weights.of(label);
        if (gradient != nullptr) {
            const T weighted = static_cast<T>(weight) * scale;
            const T factor = weighted / sum;
            for (std::size_t c = 0; c < classes; ++c) gradient[c] *= factor;
            gradient[label] -= weighted;
        }
        return weight * loss_of(label);
    }
    // The loss is Σ part[c] · loss_of(c), its gradient Σ part · softmax − part.
    const double share = smoothing / static_cast<double>(classes);
    double loss = 0;
    double total = 0;
    const auto for_each_part = [&](const auto& f) {
        for (std::size_t c = 0; smoothing > 0 && c < classes; ++c) f(c, share * weights.of(c));
        target.for_each_share([&](std::size_t c, float of_target) {
            f(c, (1 - smoothing) * static_cast<double>(of_target) * weights.of(c));
        });
    };
    for_each_part([&](std::size_t c, double part) {
        loss += part * loss_of(c);
        total += part;
    });
    if (gradient != nullptr) {
        const T factor = static_cast<T>(total) * scale / sum;
        for (std::size_t c = 0; c < classes; ++c) gradient[c] *= factor;
        for_each_part([&](std::size_t c, double part) { gradient[c] -= static_cast<T>(part) * scale; });
    }
    return loss;
}

/// @throws OptionError
inline void validate_class_loss(double smoothing, const LossWeights& weights, int classes) {
    if (is_nan(smoothing) || !(smoothing >= 0 && smoothing < 1)) {
        raise<OptionError>({"label smoothing: ", smoothing, " is not in 0 to below 1"});
    }
    weights.validate("class weights", classes);
    bool any_counts = weights.empty();
    for (const double weight : weights) any_counts = any_counts || weight > 0;
    if (!any_counts) {
        raise<OptionError>("class weights: all are 0, so no class counts; give at least one a weight above 0");
    }
}

/// The settings of such a loss.
inline std::vector<Setting> settings_of_class_loss(double smoothing, const LossWeights& weights) {
    std::vector<Setting> settings;
    add_setting(settings, "label smoothing", setting_text(smoothing));
    weights.add_to(settings, "class weights");
    return settings;
}

}  // namespace detail

/// Cross-entropy of logits, PyTorch's CrossEntropyLoss: Σ w[c] · target[c] · (log Σ exp(logit − largest) − (logit[c] −
/// largest)), with the classes' weights w. The target is a class, a `MixedClass`, or a probability for each class.
struct CrossEntropy {
    /// PyTorch's label_smoothing: this share of the truth is spread evenly over all classes, in training. Evaluation
    /// reports the loss without it.
    double label_smoothing = 0;
    /// PyTorch's weight: how much each class counts. The mean over a batch divides by the sum of the weights of its
    /// classes (of both classes of a `MixedClass`, by their shares); with a probability for each class, by the number
    /// of samples.
    LossWeights class_weights = {};

    using Target = ClassTarget;    ///< the classes of a sample
    using Metrics = ClassMetrics;  ///< accuracy, predictions, confusion matrix

    /// The loss of one sample; if `gradient` is not null, writes (`=`) scale · ∂loss/∂logit to it, which is without
    /// weights scale · (softmax − target). A class that the target names must be one of the logits'.
    template <class T>
    double operator()(std::span<const T> logits, const ClassTarget& target, std::type_identity_t<T> scale,
                      std::type_identity_t<T>* gradient) const {
        return detail::class_loss(logits, target, label_smoothing, class_weights, scale, gradient);
    }

    /// How much the sample counts in the mean.
    double weight(const ClassTarget& target) const {
        if (class_weights.empty() || target.is_soft()) return 1;
        double sum = 0;
        target.for_each_share(
            [&](std::size_t c, float share) { sum += static_cast<double>(share) * class_weights[c]; });
        return sum;
    }

    /// The same without label smoothing.
    CrossEntropy in_evaluation() const {
        CrossEntropy plain = *this;
        plain.label_smoothing = 0;
        return plain;
    }

    /// @throws OptionError if an option is outside its range, or if there are weights, but not one for each class, or
    /// all are 0.
    void validate(Extent output) const { detail::validate_class_loss(label_smoothing, class_weights, output.channels); }

    /// See `LossFunction`.
    std::vector<Setting> settings() const { return detail::settings_of_class_loss(label_smoothing, class_weights); }

    /// Refuses a network that is not a classifier.
    template <class Net>
    static constexpr void assert_fits() {
        assert_classifier<Net>();
    }
};

}  // namespace norma::inline NORMA_TARGET
