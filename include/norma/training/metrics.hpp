#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A figure that nobody measured, NaN.
inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

/// A figure with its name, such as {"mean_absolute_error", 0.3}.
struct NamedFigure {
    std::string name;  ///< as in files
    double value = 0;  ///< NaN if it could not be measured

    friend bool operator==(const NamedFigure&, const NamedFigure&) = default;
};

namespace detail {
/// The mean of `f(0)` to `f(count - 1)`, without those that are NaN; NaN if all are.
template <class F>
double mean_of_measured(int count, const F& f) {
    double sum = 0, measured = 0;
    for (int k = 0; k < count; ++k) {
        const double value = f(k);
        if (is_nan(value)) continue;
        sum += value;
        measured += 1;
    }
    return measured > 0 ? sum / measured : not_measured;
}
}  // namespace detail

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

    /// Of the samples that were predicted as class `c`, the share that is of it; NaN if there are none.
    double precision(int c) const { return share_of((*this)(c, c), of_class(c).predicted); }
    /// Of the samples of class `c`, the share that was predicted as it; NaN if there are none.
    double recall(int c) const { return share_of((*this)(c, c), of_class(c).true_ones); }
    /// The harmonic mean of precision and recall of class `c`; NaN if it was neither there nor predicted.
    double f1(int c) const {
        const OfClass all = of_class(c);
        return share_of(2 * (*this)(c, c), all.true_ones + all.predicted);
    }
    /// The intersection over union of class `c`: those that are of it and were predicted as it, of those that are of it
    /// or were predicted as it; NaN if there are none.
    double iou(int c) const {
        const OfClass all = of_class(c);
        return share_of((*this)(c, c), all.true_ones + all.predicted - (*this)(c, c));
    }
    /// The mean of `f1` over the classes that were there or predicted; NaN if there are none.
    double macro_f1() const {
        return detail::mean_of_measured(classes_, [&](int c) { return f1(c); });
    }
    /// The mean of `iou` over the same classes.
    double mean_iou() const {
        return detail::mean_of_measured(classes_, [&](int c) { return iou(c); });
    }

private:
    struct OfClass {
        std::int64_t true_ones;
        std::int64_t predicted;
    };
    OfClass of_class(int c) const {
        OfClass sums{0, 0};
        for (int other = 0; other < classes_; ++other) {
            sums.true_ones += (*this)(c, other);
            sums.predicted += (*this)(other, c);
        }
        return sums;
    }
    static double share_of(std::int64_t part, std::int64_t all) {
        return all == 0 ? not_measured : static_cast<double>(part) / static_cast<double>(all);
    }
    std::size_t cell(int truth, int predicted) const {
        return static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes_) +
               static_cast<std::size_t>(predicted);
    }

    int classes_;
    std::vector<std::int64_t> counts_;
};

/// What a sample adds to a mean: the mean is Σ sum / Σ weight.
struct Share {
    double sum = 0;     ///< weight · value
    double weight = 1;  ///< how much the value counts
};

/// The figure that records, reports and histories have members for.
inline constexpr std::string_view accuracy_figure = "accuracy";

/// What training and evaluation keep of a sample.
struct SampleResult {
    Share loss;    ///< of the loss
    Share figure;  ///< of the figure that the metrics name, such as accuracy
};

/// Base of metrics whose result lists predictions, which take memory for each sample.
class PredictionLists {
public:
    /// Leaves the lists of the result empty, for a caller who reads figures alone, such as `fit`. Called before the
    /// first sample, if at all.
    void only_figures() { wanted_ = false; }

protected:
    /// Are they wanted?
    bool lists_wanted() const { return wanted_; }

private:
    bool wanted_ = true;
};

/// For a loss that reports the loss alone.
class NoMetrics {
public:
    /// What `evaluate` returns.
    struct Result {
        double loss = 0;  ///< mean per sample
    };
    static constexpr std::string_view figure = "";  ///< none

    /// No figure of a sample.
    template <class Loss, class Output, class Target>
    static Share measure(const Loss&, const Output&, const Target&) {
        return {0, 0};
    }
    /// For any outputs.
    template <class Loss, class Extent>
    NoMetrics(const Loss&, const Extent&, int) {}
    /// Keeps nothing.
    template <class Output, class Target>
    void take(int, const Output&, const Target&) {}
    /// Counts nothing.
    template <class Target>
    void add(int, const Target&) {}
    /// The mean loss.
    template <class Mean>
    Result result(const Mean& mean) {
        return {mean.loss()};
    }
};

/// Means of the loss and of one figure, over samples that are added one by one.
class RunningMean {
public:
    RunningMean() = default;
    /// Starts from the sums over `samples` earlier samples.
    RunningMean(const Share& loss, const Share& figure, std::int64_t samples)
        : loss_(loss), figure_(figure), samples_(samples) {}

    /// Adds one sample.
    void add(const SampleResult& sample) {
        add(loss_, sample.loss);
        add(figure_, sample.figure);
        ++samples_;
    }
    /// Samples so far.
    std::int64_t samples() const { return samples_; }
    /// Sums of losses.
    const Share& loss_sum() const { return loss_; }
    /// Sums of figures.
    const Share& figure_sum() const { return figure_; }
    /// Mean loss; 0 without samples.
    double loss() const { return mean(loss_); }
    /// Mean of the figure; 0 without samples.
    double figure() const { return mean(figure_); }

private:
    static void add(Share& to, const Share& sample) {
        to.sum += sample.sum;
        to.weight += sample.weight;
    }
    static double mean(const Share& of) { return of.weight > 0 ? of.sum / of.weight : 0; }

    Share loss_{0, 0};
    Share figure_{0, 0};
    std::int64_t samples_ = 0;
};

}  // namespace norma::inline NORMA_TARGET
