#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Results of a network that is to give numbers, on a set of samples, in evaluation mode.
struct NumberEvaluation {
    double loss = 0;                 ///< mean per sample
    double mean_absolute_error = 0;  ///< of all outputs

    /// R², the coefficient of determination: 1 − Σ (output − target)² / Σ (target − its mean)², the mean over the
    /// outputs whose targets differ; NaN if there are none.
    double r2 = not_measured;
    std::vector<double> predicted;  ///< the outputs of each sample, one sample after the other, in the set's order

    /// What a history keeps of it.
    std::vector<NamedFigure> figures() const { return {{"mean_absolute_error", mean_absolute_error}, {"r2", r2}}; }
};

/// What is counted of numbers: the mean absolute error in training, a `NumberEvaluation` in evaluation.
class NumberMetrics : public PredictionLists {
public:
    using Result = NumberEvaluation;                                   ///< what `evaluate` returns
    static constexpr std::string_view figure = "mean_absolute_error";  ///< of all outputs

    /// The figure of one sample.
    template <class Loss, class T>
    static Share measure(const Loss&, std::span<const T> output, const NumberTarget& target) {
        double sum = 0;
        for (std::size_t k = 0; k < output.size(); ++k) {
            sum += std::abs(static_cast<double>(output[k]) - static_cast<double>(target[k]));
        }
        return {sum / static_cast<double>(output.size()), 1};
    }

    /// For outputs of this shape, in batches of up to `batch_size` samples.
    template <class Loss>
    NumberMetrics(const Loss&, Extent output, int batch_size)
        : outputs_(static_cast<std::size_t>(output.size())),
          batch_(static_cast<std::size_t>(batch_size) * outputs_),
          spread_(outputs_) {}

    /// Keeps what is needed of sample `i` of a batch. Many threads call it at once, each with another sample.
    template <class T>
    void take(int i, std::span<const T> output, const NumberTarget&) {
        double* const to = batch_.data() + static_cast<std::size_t>(i) * outputs_;
        for (std::size_t k = 0; k < outputs_; ++k) to[k] = static_cast<double>(output[k]);
    }
    /// Counts sample `i`, after all of its batch were taken.
    void add(int i, const NumberTarget& target) {
        const std::span output =
            std::span<const double>(batch_).subspan(static_cast<std::size_t>(i) * outputs_, outputs_);
        if (lists_wanted()) result_.predicted.insert(result_.predicted.end(), output.begin(), output.end());
        samples_ += 1;
        for (std::size_t k = 0; k < outputs_; ++k) {
            Spread& spread = spread_[k];
            const double t = static_cast<double>(target[k]);
            spread.squared_error += (output[k] - t) * (output[k] - t);
            const double distance = t - spread.mean;  // by Welford's method, for targets far from 0
            spread.mean += distance / samples_;
            spread.squares += distance * (t - spread.mean);
        }
    }
    /// The results of all samples that were added, once; `mean` is over them.
    NumberEvaluation result(const RunningMean& mean) {
        result_.loss = mean.loss();
        result_.mean_absolute_error = mean.figure();
        double sum = 0, count = 0;
        for (const Spread& spread : spread_) {
            if (!(spread.squares > 0)) continue;
            sum += 1 - spread.squared_error / spread.squares;
            count += 1;
        }
        if (count > 0) result_.r2 = sum / count;
        return std::move(result_);
    }

private:
    /// Of one output.
    struct Spread {
        double mean = 0;           ///< of the targets
        double squares = 0;        ///< of the targets' distances from their mean, their sum
        double squared_error = 0;  ///< sum
    };
    std::size_t outputs_;
    std::vector<double> batch_;
    std::vector<Spread> spread_;
    double samples_ = 0;
    NumberEvaluation result_;
};

}  // namespace norma::inline NORMA_TARGET
