#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/network_view.hpp"
#include "norma/network/non_finite_numbers.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/non_finite.hpp"
#include "norma/training/source.hpp"
#include "norma/training/source_ref.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// The part of `evaluate` that depends on no type of network, so that it is compiled once. `run` is the executor's.
/// @throws DataError, TrainingError as `evaluate`
template <class T>
Evaluation evaluate_batches(const NetworkView<T>& network, LossFunction<T>* loss, const SourceRef<T>& source,
                            FunctionRef<void(const BatchRef<T>&, const LossRef<T>&, FirstNonFinite* watch)> run) {
    constexpr int no_class = -1;  // of a sample whose logits are not finite
    std::vector<SampleLoss> results(static_cast<std::size_t>(source.batch_size()));
    Evaluation evaluation;
    evaluation.confusion = ConfusionMatrix(network.outputs);
    RunningMean mean;
    source.for_each_batch([&](const LabelledBatchRef<T>& batch, int b) {
        check_labels(batch, network.outputs, b);
        const CheckedInput<T> input(batch, network.input);
        const auto loss_of = [&](int i, const T* logits, T*) {
            SampleLoss& result = results[static_cast<std::size_t>(i)];
            result = loss(logits, static_cast<int>(batch.label(i)), T(0), nullptr, T(0));
            if (!all_finite(std::span<const T>(logits, std::size_t(network.outputs)))) result.predicted = no_class;
        };
        run(input, loss_of, nullptr);
        const std::string place = "evaluate: batch " + std::to_string(b) + ": ";
        if (input.found()) raise<DataError>(place + input.problem());
        for (int i = 0; i < batch.size(); ++i) {
            const SampleLoss& result = results[static_cast<std::size_t>(i)];
            if (result.predicted == no_class) {
                const auto run_again = [&](FirstNonFinite& first) { run(input, loss_of, &first); };
                raise<TrainingError>(place + "the network's output is not finite: " +
                                     origin_of_non_finite(network, run_again, "the network's numbers are too large"));
            }
            const int truth = static_cast<int>(batch.label(i));
            mean.add(result.loss, result.predicted == truth);
            evaluation.confusion.add(truth, result.predicted);
            evaluation.predicted.push_back(result.predicted);
            evaluation.confidence.push_back(result.confidence);
        }
    });
    evaluation.loss = mean.loss();
    evaluation.accuracy = mean.accuracy();
    return evaluation;
}

/// `evaluate`, whatever the type of the source.
template <class Net>
Evaluation evaluate_source(const Net& network, const SourceRef<typename Net::Scalar>& source, Threads& threads) {
    using T = typename Net::Scalar;
    assert_classifier<Net>();
    const NetworkView<T> view = view_of(network);
    check_fit(source, view.input, view.outputs);
    verify_finite(view, "evaluate: ");
    Executor<Net, evaluation_mode> executor(threads, source.batch_size());
    executor.prepare(network);
    const auto run = [&](const BatchRef<T>& batch, const LossRef<T>& loss_of, FirstNonFinite* watch) {
        executor.run(batch, loss_of, {}, watch);
    };
    return evaluate_batches<T>(view, negative_log_likelihood<T, Net::outputs>, source, run);
}
}  // namespace detail

/// Loss, accuracy, confusion matrix and every prediction of `network` in evaluation mode, on all samples of `source` in
/// the source's current order.
/// @snippet examples_test.cpp evaluate
/// @throws DataError if there are no samples, they do not fit the network, a label is out of range, a sample has a
/// number that is not finite or is too large (`largest_input`), or the network has a number that is not finite.
/// @throws TrainingError if the network's output is not finite.
template <class Net, BatchSource<typename Net::Scalar> Source>
Evaluation evaluate(const Net& network, const Source& source, Threads& threads) {
    return detail::evaluate_source(network, SourceRef<typename Net::Scalar>(source), threads);
}

}  // namespace norma::inline NORMA_TARGET
