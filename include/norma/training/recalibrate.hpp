#pragma once

#include <algorithm>

#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"
#include "norma/training/source.hpp"

namespace norma::inline NORMA_TARGET {

/// Estimates the running statistics again: one pass over all samples, each batch weighing the same, with everything
/// else in evaluation mode (no dropout) and no parameter changed. Dropout before a norm shifts the variance between
/// training and evaluation (Li et al., 2018, arXiv 1801.05134); this repairs it (Hendrycks and Gimpel, 2016, arXiv
/// 1607.02488). Does nothing to a network whose norms look at one sample at a time.
/// @throws DataError if the samples do not fit the network.
/// @throws TrainingError if a norm would see one value per channel, whatever it does with such a batch in training.
template <class Net, BatchSource<typename Net::Scalar> Source>
void recalibrate(Net& network, const Source& source, Threads& threads) {
    check_fit<Net>(source);
    if constexpr (Net::couples_samples) {
        Executor<Net, recalibration_mode> executor(threads, source.batch_size());
        Net fresh = network;  // so that an error on the way leaves the network as it was
        fresh.set_tracked_batches(0);
        std::ranges::fill(fresh.running_mean(), 0);
        std::ranges::fill(fresh.running_variance(), 0);
        for (int b = 0; b < source.count(); ++b) {
            executor.run(network, source[b], [](int, const auto*, auto*) {});
            executor.track_statistics(fresh, true);
        }
        network = fresh;
    }
}

}  // namespace norma::inline NORMA_TARGET
