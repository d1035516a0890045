#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/loss_weights.hpp"
#include "norma/training/pixel_metrics.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Cross-entropy of each pixel of the output, PyTorch's CrossEntropyLoss of an output N × C × H × W. The target is a
/// class for each pixel. The training loss is the mean over the pixels of the batch that are not ignored, each with the
/// weight of its class; it is 0 for a batch of ignored pixels.
struct PixelCrossEntropy {
    double label_smoothing = 0;      ///< as of `CrossEntropy`
    LossWeights class_weights = {};  ///< as of `CrossEntropy`

    /// PyTorch's ignore_index: pixels of this class count nothing. It need not be one of the network's classes.
    int ignored = -100;

    using Target = PixelTarget;    ///< a class for each pixel
    using Metrics = PixelMetrics;  ///< accuracy, intersection over union

    /// The sum over the pixels of one sample of weight · loss; if `gradient` is not null, writes (`=`) scale · its
    /// gradient to it. Logits are height × width × classes.
    template <class T>
    double operator()(std::span<const T> logits, const PixelTarget& target, std::type_identity_t<T> scale,
                      std::type_identity_t<T>* gradient) const {
        const std::size_t classes = logits.size() / target.size();
        double sum = 0;
        for (std::size_t p = 0; p < target.size(); ++p) {
            T* const of_pixel = gradient == nullptr ? nullptr : gradient + p * classes;
            if (target[p] != ignored) {
                sum += detail::class_loss(logits.subspan(p * classes, classes), ClassTarget(target[p]), label_smoothing,
                                          class_weights, scale, of_pixel);
            } else if (of_pixel != nullptr) {
                std::fill_n(of_pixel, classes, T(0));
            }
        }
        return sum;
    }

    /// The sum of the weights of the pixels that are not ignored.
    double weight(const PixelTarget& target) const {
        double sum = 0;
        for (std::size_t p = 0; p < target.size(); ++p) {
            if (target[p] != ignored) sum += class_weights.of(static_cast<std::size_t>(target[p]));
        }
        return sum;
    }

    /// The same without label smoothing.
    PixelCrossEntropy in_evaluation() const {
        PixelCrossEntropy plain = *this;
        plain.label_smoothing = 0;
        return plain;
    }

    /// See `LossFunction`.
    std::string problem(const PixelTarget& target, Extent output) const { return target.problem(output, ignored); }

    /// @throws OptionError if an option is outside its range, or if there are weights, but not one for each class, or
    /// all are 0.
    void validate(Extent output) const { detail::validate_class_loss(label_smoothing, class_weights, output.channels); }

    /// See `LossFunction`.
    std::vector<Setting> settings() const {
        std::vector<Setting> settings = detail::settings_of_class_loss(label_smoothing, class_weights);
        settings.push_back({"ignored label", setting_text(ignored)});
        return settings;
    }

    /// Refuses a network without classes.
    template <class Net>
    static constexpr void assert_fits() {
        static_assert(
            !Net::layers_fit || Net::output_extent.channels >= 2,
            "norma: PixelCrossEntropy needs a network that ends in an image of at least two channels, one per "
            "class; for a mask of one class use BinaryCrossEntropyWithLogits, whose network ends in one.");
    }
};

}  // namespace norma::inline NORMA_TARGET
