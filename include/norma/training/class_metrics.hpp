#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
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

/// The class with the largest logit, the first of equals.
template <class T>
std::size_t top_class(std::span<const T> logits) {
    std::size_t top = 0;
    for (std::size_t c = 1; c < logits.size(); ++c) {
        if (logits[c] > logits[top]) top = c;
    }
    return top;
}

/// Results of a classifier on a set of samples, in evaluation mode.
struct Evaluation {
    double loss = 0;                 ///< mean per sample
    double accuracy = 0;             ///< percent
    ConfusionMatrix confusion{0};    ///< of all samples
    std::vector<int> predicted;      ///< of each sample, in the set's order
    std::vector<double> confidence;  ///< probability of the predicted class, in the same order
    std::vector<int> rank;           ///< of the true class among the logits, 0 if it was predicted, in the same order

    /// Samples whose class is among the `k` with the largest logits, in percent (top-k accuracy); NaN without samples.
    double top(int k) const {
        if (rank.empty()) return not_measured;
        long long right = 0;
        for (const int r : rank) right += r < k ? 1 : 0;
        return 100.0 * static_cast<double>(right) / static_cast<double>(rank.size());
    }
    /// What a history keeps of it.
    std::vector<NamedFigure> figures() const { return {{std::string(accuracy_figure), accuracy}}; }
};

/// What is counted of a classifier: accuracy in training, an `Evaluation` in evaluation.
class ClassMetrics : public PredictionLists {
public:
    using Result = Evaluation;                                   ///< what `evaluate` returns
    static constexpr std::string_view figure = accuracy_figure;  ///< in percent

    /// The figure of one sample.
    template <class Loss, class T>
    static Share measure(const Loss&, std::span<const T> logits, const ClassTarget& target) {
        return {static_cast<long long>(top_class(logits)) == target.label() ? 100.0 : 0.0, 1};
    }

    /// For outputs of this shape, in batches of up to `batch_size` samples.
    template <class Loss>
    ClassMetrics(const Loss&, Extent output, int batch_size) : batch_(static_cast<std::size_t>(batch_size)) {
        result_.confusion = ConfusionMatrix(output.channels);
    }

    /// Keeps what is needed of sample `i` of a batch. Many threads call it at once, each with another sample.
    template <class T>
    void take(int i, std::span<const T> logits, const ClassTarget& target) {
        Prediction& prediction = batch_[static_cast<std::size_t>(i)];
        const std::size_t top = top_class(logits);
        T sum = 0;
        for (const T logit : logits) sum += std::exp(logit - logits[top]);
        const auto label = static_cast<std::size_t>(target.label());
        int rank = 0;
        for (std::size_t c = 0; c < logits.size(); ++c) {
            rank += logits[c] > logits[label] || (c < label && !(logits[c] < logits[label])) ? 1 : 0;
        }
        prediction = {static_cast<int>(top), static_cast<double>(T(1) / sum), rank};
    }
    /// Counts sample `i`, after all of its batch were taken.
    void add(int i, const ClassTarget& target) {
        const Prediction& prediction = batch_[static_cast<std::size_t>(i)];
        result_.confusion.add(static_cast<int>(target.label()), prediction.predicted);
        if (!lists_wanted()) return;
        result_.predicted.push_back(prediction.predicted);
        result_.confidence.push_back(prediction.confidence);
        result_.rank.push_back(prediction.rank);
    }
    /// The results of all samples that were added, once; `mean` is over them.
    Evaluation result(const RunningMean& mean) {
        result_.loss = mean.loss();
        result_.accuracy = mean.figure();
        return std::move(result_);
    }

private:
    struct Prediction {
        int predicted;
        double confidence;
        int rank;
    };
    std::vector<Prediction> batch_;
    Evaluation result_;
};

}  // namespace norma::inline NORMA_TARGET
