#pragma once

#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/source.hpp"

namespace norma::inline NORMA_TARGET {

/// Loss, accuracy, confusion and every single prediction of `network` on all samples of `source`, in evaluation mode
/// and in the source's present order.
/// @throws DataError if the samples do not fit the network or a label is out of range.
template <class Net, BatchSource<typename Net::Scalar> Source>
Evaluation evaluate(const Net& network, const Source& source, Threads& threads) {
    using T = typename Net::Scalar;
    check_fit<Net>(source);
    Executor<Net, evaluation_mode> executor(threads, source.batch_size());
    std::vector<SampleLoss> results(static_cast<std::size_t>(source.batch_size()));
    Evaluation evaluation;
    evaluation.confusion = ConfusionMatrix(Net::outputs);
    RunningMean mean;
    for (int b = 0; b < source.count(); ++b) {
        const auto batch = source[b];
        check_labels<Net>(batch, b);
        executor.run(network, batch, [&](int i, const T* logits, T*) {
            results[static_cast<std::size_t>(i)] =
                negative_log_likelihood<T, Net::outputs>(logits, batch.label(i), T(0), nullptr);
        });
        for (int i = 0; i < batch.size(); ++i) {
            const SampleLoss& result = results[static_cast<std::size_t>(i)];
            const int truth = batch.label(i);
            mean.add(result.loss, result.predicted == truth);
            evaluation.confusion.add(truth, result.predicted);
            evaluation.predicted.push_back(result.predicted);
            evaluation.confidence.push_back(result.confidence);
        }
    }
    evaluation.loss = mean.loss();
    evaluation.accuracy = mean.accuracy();
    return evaluation;
}

}  // namespace norma::inline NORMA_TARGET
