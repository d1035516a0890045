#pragma once

#include <string>
#include <type_traits>

#include "norma/core/error.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/non_finite.hpp"
#include "norma/training/source.hpp"

namespace norma::inline NORMA_TARGET {

/// Estimates the running statistics again, as PyTorch's torch.optim.swa_utils.update_bn does, but without dropout: one
/// pass over all samples, with the same weight for each batch. Everything else is as in evaluation mode, and no
/// parameter changes. The reason: dropout before a norm shifts the variance between training and evaluation (Li et al.,
/// 2018, arXiv 1801.05134), and this corrects it (Hendrycks and Gimpel, 2016, arXiv 1607.02488). A network without
/// norms over the batch does not change.
/// @throws DataError if there are no samples, they do not fit the network, or one has a number that is not finite or
/// too large (`largest_input`).
/// @throws TrainingError if a norm gets one value per channel, whatever its `one_value`, or if a statistic is not
/// finite. After an error the network is as before.
template <class Net, BatchSource<typename Net::Scalar> Source>
void recalibrate(Net& network, const Source& source, Threads& threads) {
    check_fit<Net>(source);
    if constexpr (Net::couples_samples) {
        Executor<Net, recalibration_mode> executor(threads, source.batch_size());
        MeanStatistics mean(network.running_mean().size());
        for (int b = 0; b < source.count(); ++b) {
            const auto& batch = source[b];
            const CheckedInput<Net, std::remove_cvref_t<decltype(batch)>> input(batch);
            const auto head = [](int, const auto*, auto*) {};
            executor.run(network, input, head);
            const std::string place = "batch " + std::to_string(b) + ": ";
            if (input.found()) raise<DataError>("recalibrate: " + place + input.problem());
            if (const int stage = executor.stage_with_infinite_statistics(); stage >= 0) {
                raise<TrainingError>(
                    "recalibrate: " + place + "the statistics of " + layer_of<Net>(stage) + ", are not finite: " +
                    origin_of_non_finite(
                        network, [&](FirstNonFinite& first) { executor.run(network, input, head, {}, &first); },
                        "its numbers are too large"));
            }
            mean.add(executor.statistics());
        }
        mean.store(network);  // last, so that an error leaves the network as it was
    }
}

}  // namespace norma::inline NORMA_TARGET
