#pragma once

#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/non_finite_numbers.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/non_finite.hpp"
#include "norma/training/source.hpp"

namespace norma::inline NORMA_TARGET {

/// Loss, accuracy, confusion matrix and every prediction of `network` in evaluation mode, on all samples of `source` in
/// the source's current order.
/// @snippet examples_test.cpp evaluate
/// @throws DataError if there are no samples, they do not fit the network, a label is out of range, a sample has a
/// number that is not finite or is too large (`largest_input`), or the network has a number that is not finite.
/// @throws TrainingError if the network's output is not finite.
template <class Net, BatchSource<typename Net::Scalar> Source>
Evaluation evaluate(const Net& network, const Source& source, Threads& threads) {
    using T = typename Net::Scalar;
    assert_classifier<Net>();
    constexpr int no_class = -1;  // of a sample whose logits are not finite
    check_fit<Net>(source);
    if (const std::string number = non_finite_number(network); !number.empty()) {
        raise<DataError>("evaluate: " + number +
                         ", is not finite, so the network cannot predict; load or train other weights");
    }
    Executor<Net, evaluation_mode> executor(threads, source.batch_size());
    std::vector<SampleLoss> results(static_cast<std::size_t>(source.batch_size()));
    Evaluation evaluation;
    evaluation.confusion = ConfusionMatrix(Net::outputs);
    RunningMean mean;
    for (int b = 0; b < source.count(); ++b) {
        const auto& batch = source[b];
        check_labels<Net>(batch, b);
        const CheckedInput<Net, std::remove_cvref_t<decltype(batch)>> input(batch);
        const auto head = [&](int i, const T* logits, T*) {
            SampleLoss& result = results[static_cast<std::size_t>(i)];
            result = negative_log_likelihood<T, Net::outputs>(logits, static_cast<int>(batch.label(i)), T(0), nullptr);
            if (!all_finite(std::span<const T>(logits, std::size_t(Net::outputs)))) result.predicted = no_class;
        };
        executor.run(network, input, head);
        const std::string place = "evaluate: batch " + std::to_string(b) + ": ";
        if (input.found()) raise<DataError>(place + input.problem());
        for (int i = 0; i < batch.size(); ++i) {
            const SampleLoss& result = results[static_cast<std::size_t>(i)];
            if (result.predicted == no_class) {
                raise<TrainingError>(place + "the network's output is not finite: " +
                                     origin_of_non_finite(
                                         network,
                                         [&](FirstNonFinite& first) { executor.run(network, input, head, {}, &first); },
                                         "the network's numbers are too large"));
            }
            const int truth = static_cast<int>(batch.label(i));
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
