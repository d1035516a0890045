#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/class_metrics.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Results of a network that tells the class of each pixel, on a set of samples, in evaluation mode. Ignored pixels are
/// left out.
struct PixelEvaluation {
    double loss = 0;               ///< mean per pixel
    double accuracy = 0;           ///< of pixels, in percent
    ConfusionMatrix confusion{0};  ///< of all pixels; it tells the intersection over union of each class

    /// The mean intersection over union of the classes that occur.
    double mean_iou() const { return confusion.mean_iou(); }
    /// What a history keeps of it.
    std::vector<NamedFigure> figures() const {
        return {{std::string(accuracy_figure), accuracy}, {"mean_iou", mean_iou()}};
    }
};

/// What is counted of pixels: accuracy in training, a `PixelEvaluation` in evaluation. A pixel is left out if its
/// target is the loss's `ignored`.
class PixelMetrics {
public:
    using Result = PixelEvaluation;                              ///< what `evaluate` returns
    static constexpr std::string_view figure = accuracy_figure;  ///< of pixels, in percent

    /// The figure of one sample; its weight is the number of pixels that are not ignored.
    template <class Loss, class T>
    static Share measure(const Loss& loss, std::span<const T> logits, const PixelTarget& target) {
        const std::size_t classes = logits.size() / target.size();
        std::size_t right = 0, counted = 0;
        for (std::size_t p = 0; p < target.size(); ++p) {
            if (target[p] == loss.ignored) continue;
            ++counted;
            right += top_class(logits.subspan(p * classes, classes)) == static_cast<std::size_t>(target[p]) ? 1 : 0;
        }
        return {100.0 * static_cast<double>(right), static_cast<double>(counted)};
    }

    /// For outputs of this shape, in batches of up to `batch_size` samples.
    template <class Loss>
    PixelMetrics(const Loss& loss, Extent output, int batch_size)
        : pixels_(static_cast<std::size_t>(output.pixels())),
          ignored_(loss.ignored),
          batch_(static_cast<std::size_t>(batch_size) * pixels_) {
        result_.confusion = ConfusionMatrix(output.channels);
    }

    /// Keeps what is needed of sample `i` of a batch. Many threads call it at once, each with another sample.
    template <class T>
    void take(int i, std::span<const T> logits, const PixelTarget&) {
        const std::size_t classes = logits.size() / pixels_;
        int* const to = batch_.data() + static_cast<std::size_t>(i) * pixels_;
        for (std::size_t p = 0; p < pixels_; ++p) {
            to[p] = static_cast<int>(top_class(logits.subspan(p * classes, classes)));
        }
    }
    /// Counts sample `i`, after all of its batch were taken.
    void add(int i, const PixelTarget& target) {
        const int* const predicted = batch_.data() + static_cast<std::size_t>(i) * pixels_;
        for (std::size_t p = 0; p < pixels_; ++p) {
            if (target[p] != ignored_) result_.confusion.add(target[p], predicted[p]);
        }
    }
    /// The results of all samples that were added, once; `mean` is over them.
    PixelEvaluation result(const RunningMean& mean) {
        result_.loss = mean.loss();
        result_.accuracy = mean.figure();
        return std::move(result_);
    }

private:
    std::size_t pixels_;
    int ignored_;
    std::vector<int> batch_;
    PixelEvaluation result_;
};

}  // namespace norma::inline NORMA_TARGET
