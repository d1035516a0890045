#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/network_view.hpp"
#include "norma/network/non_finite_numbers.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/non_finite.hpp"
#include "norma/training/same_everywhere.hpp"
#include "norma/training/shared_batches.hpp"
#include "norma/training/source.hpp"
#include "norma/training/source_ref.hpp"
#include "norma/training/views.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// What the caller of an evaluation reads of its result.
enum class Wanted { all, figures };

/// The part of `evaluate` that depends on no type of network, so that it is compiled once for a loss. `run` is the
/// executor's.
/// @throws DataError, TrainingError as `evaluate`
template <class T, class Loss>
typename Loss::Metrics::Result evaluate_batches(
    const NetworkView<T>& network, const Loss& loss, const SourceRef<T, typename Loss::Target>& source,
    FunctionRef<void(const BatchRef<T>&, const LossRef<T>&, FirstNonFinite* watch)> run, Wanted wanted = Wanted::all) {
    using Target = typename Loss::Target;
    using Metrics = typename Loss::Metrics;
    struct Sample {
        SampleResult result;
        bool finite;
    };
    AlignedBuffer<Sample> samples(static_cast<std::size_t>(source.batch_size()));
    Metrics metrics(loss, network.output, source.batch_size());
    if constexpr (requires { metrics.only_figures(); }) {
        if (wanted == Wanted::figures) metrics.only_figures();
    }
    RunningMean mean;
    source.for_each_batch([&](const LabelledBatchRef<T, Target>& batch, int b) {
        check_targets<T>(loss, batch, network.output, b);
        const CheckedInput<T> input(batch, network.input);
        const auto loss_of = [&](int i, const T* numbers, T*) {
            Sample& sample = samples[static_cast<std::size_t>(i)];
            const std::span output(numbers, static_cast<std::size_t>(network.outputs));
            const Target target = batch.target(i);
            sample.finite = all_finite(output);
            sample.result = {
                {static_cast<double>(loss(output, target, T(0), static_cast<T*>(nullptr))), weight_of(loss, target)},
                Metrics::measure(loss, output, target)};
            metrics.take(i, output, target);
        };
        run(input, loss_of, nullptr);
        if (input.found()) raise<DataError>({"evaluate: batch ", b, ": ", input.problem()});
        for (int i = 0; i < batch.size(); ++i) {
            const Sample& sample = samples[static_cast<std::size_t>(i)];
            if (!sample.finite) {
                const auto run_again = [&](FirstNonFinite& first) { run(input, loss_of, &first); };
                raise<TrainingError>({"evaluate: batch ", b, ": the network's output is not finite: ",
                                      origin_of_non_finite(network, run_again, "the network's numbers are too large")});
            }
            mean.add(sample.result);
            metrics.add(i, batch.target(i));
        }
    });
    if (!(mean.loss_sum().weight > 0)) {
        raise<DataError>(
            "evaluate: no sample counts, so there is no mean loss: all pixels are ignored, or only classes with a "
            "weight "
            "of 0 occur; look at the targets and the options of the loss");
    }
    return metrics.result(mean);
}

/// `evaluate`, whatever the type of the source; without `views`, on the samples as they are.
template <class Net, class Loss>
typename Loss::Metrics::Result evaluate_source(const Net& network,
                                               const SourceRef<typename Net::Scalar, typename Loss::Target>& source,
                                               Threads& threads, const Loss& loss,
                                               const ViewsCode<typename Net::Scalar>& views = {},
                                               Wanted wanted = Wanted::all) {
    using T = typename Net::Scalar;
    assert_loss_fits<Net, Loss>();
    typename Loss::Metrics::Result result;
    threads.reducer().together([&] {
        const Loss reported = in_evaluation(loss);
        validate_loss(reported, Net::output_extent);
        const NetworkView<T> view = view_of(network);
        check_fit(source, view.input, view.output.channels);
        verify_finite(view, "evaluate: ");
        if (!threads.reducer().alone()) {
            verify_same_samples(threads.reducer(), source);
            verify_same_network(threads.reducer(), view);
        }
        Executor<Net, evaluation_mode> executor(threads, source.batch_size());
        executor.prepare(network);
        Owned<ViewedBatches<T>> viewed;
        if (views.make != nullptr) {
            viewed = views.make(views.views, view.input, view.outputs, source.batch_size());
        }
        SharedBatches<T> shared(threads, view.outputs, source.batch_size());
        const auto once = [&](const BatchRef<T>& batch, const LossRef<T>& loss_of, FirstNonFinite* watch) {
            executor.run(batch, loss_of, {}, watch);
        };
        const auto part = [&](const BatchRef<T>& batch, const LossRef<T>& loss_of, FirstNonFinite* watch) {
            viewed ? viewed->run(batch, loss_of, watch, threads, once) : once(batch, loss_of, watch);
        };
        const auto run = [&](const BatchRef<T>& batch, const LossRef<T>& loss_of, FirstNonFinite* watch) {
            shared.run(batch, loss_of, watch, part);
        };
        result = evaluate_batches<T>(view, reported, source, run, wanted);
    });
    return result;
}
}  // namespace detail

/// The mean loss of `network` in evaluation mode on all samples of `source`, in the source's current order, and what
/// the loss's `Metrics` count of them: for `CrossEntropy` accuracy, confusion matrix and every prediction
/// (`Evaluation`). The processes of the threads' reducer share each batch, and all get the results.
/// @snippet examples_test.cpp evaluate
/// @throws DataError if there are no samples, they do not fit the network, a target does not fit (a label is out of
/// range) or none counts (all pixels are ignored, or have classes of weight 0), a sample has a number that is not
/// finite or is too large (`largest_input`), or the network has a number that is not finite.
/// @throws TrainingError if the network's output is not finite.
template <class Net, BatchSource<typename Net::Scalar> Source, class Loss = CrossEntropy>
auto evaluate(const Net& network, const Source& source, Threads& threads, const Loss& loss = {}) {
    return detail::evaluate_source(network, SourceRef<typename Net::Scalar, typename Loss::Target>(source), threads,
                                   loss);
}

/// The same with test-time augmentation: the network sees each sample in each of `views`, such as `translated_views()`,
/// and its outputs, the logits, are averaged by the views' weights before the loss and the metrics get them.
/// @snippet examples_test.cpp views
/// @throws OptionError if there are no views, a view moves by as much as the samples are high or wide, or a weight is
/// not above 0 and below 1,000,000; else as above.
template <class Net, BatchSource<typename Net::Scalar> Source, class Loss = CrossEntropy>
auto evaluate(const Net& network, const Source& source, Threads& threads, const std::vector<View>& views,
              const Loss& loss = {}) {
    static_assert(
        !Net::layers_fit || Net::output_extent.pixels() == 1,
        "norma: evaluate with views averages outputs, so the network must end in one number per output, not in "
        "an image, whose pixels are at other places in each view.");
    validate_views(views, Net::input_extent);
    return detail::evaluate_source(network, SourceRef<typename Net::Scalar, typename Loss::Target>(source), threads,
                                   loss, {views, detail::RunInViews<typename Net::Scalar>::made});
}

}  // namespace norma::inline NORMA_TARGET
