#pragma once

#include <string>

#include "norma/core/error.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/network/network_view.hpp"
#include "norma/training/non_finite.hpp"
#include "norma/training/same_everywhere.hpp"
#include "norma/training/source.hpp"
#include "norma/training/source_ref.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// `update_bn`, whatever the type of the source.
template <class Net>
void update_bn_source(Net& network, const SourceRef<typename Net::Scalar, NoTarget>& source, Threads& threads) {
    using T = typename Net::Scalar;
    MeanStatistics mean(std::size_t(Net::graph.statistics_size));
    threads.reducer().together([&] {
        check_fit(source, Net::input_extent, Net::output_extent.channels);
        if (!threads.reducer().alone()) {
            verify_same_samples(threads.reducer(), source);
            verify_same_network(threads.reducer(), view_of(network));
        }
        if constexpr (Net::over_batch) {
            Executor<Net, update_bn_mode> executor(threads, source.batch_size());
            executor.prepare(network);
            const auto add = [&](const BatchRef<T>& batch, int b) {
                const CheckedInput<T> input(batch, Net::input_extent);
                const auto nothing = [](int, const T*, T*) {};
                executor.run(input, nothing);
                const std::string place = "batch " + std::to_string(b) + ": ";
                if (input.found()) raise<DataError>("update_bn: " + place + input.problem());
                if (const int node = executor.node_with_infinite_statistics(); node >= 0) {
                    const auto run_again = [&](FirstNonFinite& first) {
                        executor.run(input, nothing, {}, &first);
                        first.join(threads.reducer());
                    };
                    raise<TrainingError>(
                        "update_bn: " + place + "the statistics of " + layer_of(view_of(network), node) +
                        ", are not finite: " +
                        origin_of_non_finite(view_of(network), run_again, "its numbers are too large"));
                }
                mean.add(executor.statistics());
            };
            source.for_each_batch(add);
        }
    });
    if constexpr (Net::over_batch) mean.store(network);  // last, so that an error leaves the network as it was
}
}  // namespace detail

/// Estimates the running statistics again, as PyTorch's torch.optim.swa_utils.update_bn does, but without dropout: one
/// pass over all samples, with the same weight for each batch. Everything else is as in evaluation mode, and no
/// parameter changes. The reason: dropout before a norm shifts the variance between training and evaluation (Li et al.,
/// 2018, arXiv 1801.05134), and this corrects it (Hendrycks and Gimpel, 2016, arXiv 1607.02488). A network without
/// norms over the batch does not change. The processes of the threads' reducer share each batch, and all get the same
/// statistics.
/// @throws DataError if there are no samples, they do not fit the network, or one has a number that is not finite or
/// too large (`largest_input`).
/// @throws TrainingError if a norm gets one value per channel, whatever its `one_value`, or if a statistic is not
/// finite. After an error the network is as before.
template <class Net, BatchSource<typename Net::Scalar> Source>
void update_bn(Net& network, const Source& source, Threads& threads) {
    detail::update_bn_source(network, SourceRef<typename Net::Scalar, NoTarget>(source), threads);
}

}  // namespace norma::inline NORMA_TARGET
