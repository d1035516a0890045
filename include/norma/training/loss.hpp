#pragma once

#include <cmath>
#include <cstddef>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Loss and prediction of one sample.
struct SampleLoss {
    double loss = 0;        ///< −log of the probability of the true class, with label smoothing if it is on
    double confidence = 0;  ///< probability of the predicted class
    int predicted = 0;      ///< the class with the largest logit, the first of equals
};

/// Cross-entropy of one sample, as PyTorch's CrossEntropyLoss: the negative log-likelihood of the log-softmax, loss =
/// log Σ exp(logit − largest) − (logit[label] − largest). `label` must be in [0, Classes). If `gradient` is not null,
/// writes
/// (`=`) ∂(scale · loss)/∂logit = scale · (softmax − [label]) to it; for a mean over a batch, scale is 1 / batch size.
///
/// `smoothing` is PyTorch's label_smoothing: this share of the truth is spread evenly over all classes. So loss = (1 −
/// smoothing) · loss + smoothing · mean of all classes' losses, and in the gradient [label] becomes (1 − smoothing) ·
/// [label] + smoothing / Classes.
template <class T, int Classes>
inline SampleLoss negative_log_likelihood(const T* logits, int label, T scale, T* gradient, T smoothing = 0) {
    SampleLoss result;
    for (int c = 1; c < Classes; ++c) {
        if (logits[c] > logits[result.predicted]) result.predicted = c;
    }
    const T largest = logits[result.predicted];
    T exponentials[std::size_t(Classes)];
    T sum = 0;
    for (int c = 0; c < Classes; ++c) {
        exponentials[c] = std::exp(logits[c] - largest);
        sum += exponentials[c];
    }
    result.loss = static_cast<double>(std::log(sum) - (logits[label] - largest));
    result.confidence = static_cast<double>(T(1) / sum);
    if (gradient != nullptr) {
        const T factor = scale / sum;
        for (int c = 0; c < Classes; ++c) gradient[c] = exponentials[c] * factor;
        gradient[label] -= scale;
    }
    if (smoothing > T(0)) {
        T mean = 0;
        for (int c = 0; c < Classes; ++c) mean += (std::log(sum) - (logits[c] - largest)) / T(Classes);
        result.loss = static_cast<double>(T(1) - smoothing) * result.loss + static_cast<double>(smoothing * mean);
        if (gradient != nullptr) {
            for (int c = 0; c < Classes; ++c) gradient[c] -= scale * smoothing / T(Classes);
            gradient[label] += scale * smoothing;
        }
    }
    return result;
}

/// `negative_log_likelihood` for one number of classes: (logits, label, scale, gradient, smoothing).
template <class T>
using LossFunction = SampleLoss(const T* logits, int label, T scale, T* gradient, T smoothing);

}  // namespace norma::inline NORMA_TARGET
