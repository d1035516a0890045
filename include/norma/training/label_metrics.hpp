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
    std::vector<LabelCounts> labels;  ///< of each channel of the output, its pixels counted together
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
class LabelMetrics : public PredictionLists {
public:
    using Result = LabelEvaluation;                              ///< what `evaluate` returns
    static constexpr std::string_view figure = accuracy_figure;  ///< of all labels, in percent

    /// The figure of one sample.
    template <class Loss, class T>
    static Share measure(const Loss&, std::span<const T> logits, const LabelTarget& target) {
        std::size_t right = 0;
        for (std::size_t k = 0; k < logits.size(); ++k) right += is_predicted(logits[k]) == target.has(k) ? 1 : 0;
        return {100.0 * static_cast<double>(right) / static_cast<double>(logits.size()), 1};
    }

    /// For outputs of this shape, in batches of up to `batch_size` samples.
    template <class Loss>
    LabelMetrics(const Loss&, Extent output, int batch_size)
        : outputs_(static_cast<std::size_t>(output.size())), batch_(static_cast<std::size_t>(batch_size) * outputs_) {
        result_.labels.resize(static_cast<std::size_t>(output.channels));
    }

    /// Keeps what is needed of sample `i` of a batch. Many threads call it at once, each with another sample.
    template <class T>
    void take(int i, std::span<const T> logits, const LabelTarget&) {
        Prediction* const to = batch_.data() + static_cast<std::size_t>(i) * outputs_;
        for (std::size_t k = 0; k < outputs_; ++k) {
            to[k].is_there = is_predicted(logits[k]);
            if (lists_wanted()) to[k].probability = 1 / (1 + std::exp(-static_cast<double>(logits[k])));
        }
    }
    /// Counts sample `i`, after all of its batch were taken.
    void add(int i, const LabelTarget& target) {
        const Prediction* const of_sample = batch_.data() + static_cast<std::size_t>(i) * outputs_;
        for (std::size_t k = 0; k < outputs_; ++k) {
            if (lists_wanted()) result_.predicted.push_back(of_sample[k].probability);
            LabelCounts& label = result_.labels[k % result_.labels.size()];  // channels are innermost
            const bool predicted = of_sample[k].is_there, there = target.has(k);
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
    struct Prediction {
        double probability = 0;
        bool is_there = false;
    };
    /// By the logit, for the probability of one that is just above 0 is rounded to a half.
    template <class T>
    static bool is_predicted(T logit) {
        return logit > T(0);
    }

    std::size_t outputs_;
    std::vector<Prediction> batch_;
    LabelEvaluation result_;
};

}  // namespace norma::inline NORMA_TARGET
