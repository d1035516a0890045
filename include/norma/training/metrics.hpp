#pragma once

#include <cstdint>
#include <vector>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Counts of true class against predicted class.
class ConfusionMatrix {
public:
    /// No predictions yet.
    explicit ConfusionMatrix(int classes = 0)
        : classes_(classes), counts_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes)) {}

    /// Rows, and also columns.
    int classes() const { return classes_; }
    /// Counts one prediction.
    void add(int truth, int predicted) { ++counts_[cell(truth, predicted)]; }
    /// Samples of class `truth` that were predicted as class `predicted`.
    std::int64_t operator()(int truth, int predicted) const { return counts_[cell(truth, predicted)]; }

private:
    std::size_t cell(int truth, int predicted) const {
        return static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes_) +
               static_cast<std::size_t>(predicted);
    }

    int classes_;
    std::vector<std::int64_t> counts_;
};

/// Mean loss and accuracy of samples that are added one by one.
class RunningMean {
public:
    RunningMean() = default;
    /// Starts from the sums over `samples` earlier samples.
    RunningMean(double loss_sum, std::int64_t correct, std::int64_t samples)
        : loss_(loss_sum), correct_(correct), samples_(samples) {}

    /// Adds one sample.
    void add(double loss, bool correct) {
        loss_ += loss;
        correct_ += correct ? 1 : 0;
        ++samples_;
    }
    /// Samples so far.
    std::int64_t samples() const { return samples_; }
    /// Samples predicted right.
    std::int64_t correct() const { return correct_; }
    /// Sum of all losses.
    double loss_sum() const { return loss_; }
    /// Mean loss per sample; 0 without samples.
    double loss() const { return samples_ == 0 ? 0 : loss_ / static_cast<double>(samples_); }
    /// Correct predictions in percent; 0 without samples.
    double accuracy() const {
        return samples_ == 0 ? 0 : 100.0 * static_cast<double>(correct_) / static_cast<double>(samples_);
    }

private:
    double loss_ = 0;
    std::int64_t correct_ = 0;
    std::int64_t samples_ = 0;
};

/// Results of a network on a set of samples, in evaluation mode.
struct Evaluation {
    double loss = 0;                 ///< mean per sample
    double accuracy = 0;             ///< percent
    ConfusionMatrix confusion;       ///< of all samples
    std::vector<int> predicted;      ///< of each sample, in the set's order
    std::vector<double> confidence;  ///< probability of the predicted class, in the same order
};

}  // namespace norma::inline NORMA_TARGET
