#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// How often a label was predicted and true.
struct LabelCounts {
    std::int64_t true_positives = 0;   ///< predicted and there
    std::int64_t false_positives = 0;  ///< predicted, but not there
    std::int64_t false_negatives = 0;  ///< there, but not predicted

    /// The harmonic mean of precision and recall; NaN if the label was neither there nor predicted.
    double f1() const {
        const auto all = static_cast<double>(2 * true_positives + false_positives + false_negatives);
        return all > 0 ? static_cast<double>(2 * true_positives) / all : not_measured;
    }
};

/// Results of a network that tells which of several labels a sample has, in evaluation mode. A label is predicted if
/// its logit is above 0, and there if its target is at least 0.5.
struct LabelEvaluation {
    double loss = 0;                  ///< mean per sample
    double accuracy = 0;              ///< labels that are predicted right, of all labels of all samples, in percent
    std::vector<LabelCounts> labels;  ///< of each output
    std::vector<double> predicted;    ///< probabilities of the labels, one sample after the other, in the set's order

    /// The mean of `f1` over the labels that were there or predicted; NaN if there are none.
    double macro_f1() const {
        return detail::mean_of_measured(static_cast<int>(labels.size()),
                                        [&](int k) { return labels[static_cast<std::size_t>(k)].f1(); });
    }
    /// F1 of all labels counted together.
    double micro_f1() const {
        LabelCounts all;
        for (const LabelCounts& label : labels) {
            all.true_positives += label.true_positives;
            all.false_positives += label.false_positives;
            all.false_negatives += label.false_negatives;
        }
        return all.f1();
    }
    /// What a history keeps of it.
    std::vector<NamedFigure> figures() const {
        return {{std::string(accuracy_figure), accuracy}, {"macro_f1", macro_f1()}, {"micro_f1", micro_f1()}};
    }
};

/// What is counted of several labels: accuracy in training, a `LabelEvaluation` in evaluation.
class LabelMetrics {
public:
    using Result = LabelEvaluation;                              ///< what `evaluate` returns
    static constexpr std::string_view figure = accuracy_figure;  ///< of all labels, in percent

    /// The figure of one sample.
    template <class Loss, class T>
    static Share measure(const Loss&, std::span<const T> logits, const NumberTarget& target) {
        std::size_t right = 0;
        for (std::size_t k = 0; k < logits.size(); ++k) right += (logits[k] > T(0)) == is_there(target, k) ? 1 : 0;
        return {100.0 * static_cast<double>(right) / static_cast<double>(logits.size()), 1};
    }

    /// For outputs of this shape, in batches of up to `batch_size` samples.
    template <class Loss>
    LabelMetrics(const Loss&, Extent output, int batch_size)
        : outputs_(static_cast<std::size_t>(output.size())), batch_(static_cast<std::size_t>(batch_size) * outputs_) {
        result_.labels.resize(outputs_);
    }

    /// Keeps what is needed of sample `i` of a batch. Many threads call it at once, each with another sample.
    template <class T>
    void take(int i, std::span<const T> logits, const NumberTarget&) {
        double* const to = batch_.data() + static_cast<std::size_t>(i) * outputs_;
        for (std::size_t k = 0; k < outputs_; ++k) to[k] = 1 / (1 + std::exp(-static_cast<double>(logits[k])));
    }
    /// Counts sample `i`, after all of its batch were taken.
    void add(int i, const NumberTarget& target) {
        const double* const probabilities = batch_.data() + static_cast<std::size_t>(i) * outputs_;
        result_.predicted.insert(result_.predicted.end(), probabilities, probabilities + outputs_);
        for (std::size_t k = 0; k < outputs_; ++k) {
            LabelCounts& label = result_.labels[k];
            const bool predicted = probabilities[k] > 0.5, there = is_there(target, k);
            label.true_positives += predicted && there ? 1 : 0;
            label.false_positives += predicted && !there ? 1 : 0;
            label.false_negatives += !predicted && there ? 1 : 0;
        }
    }
    /// The results of all samples that were added, once; `mean` is over them.
    LabelEvaluation result(const RunningMean& mean) {
        result_.loss = mean.loss();
        result_.accuracy = mean.figure();
        return std::move(result_);
    }

private:
    static bool is_there(const NumberTarget& target, std::size_t k) { return target[k] >= 0.5f; }

    std::size_t outputs_;
    std::vector<double> batch_;
    LabelEvaluation result_;
};

}  // namespace norma::inline NORMA_TARGET
