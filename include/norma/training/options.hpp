#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/target.hpp"
#include "norma/training/auxiliary.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/sgd.hpp"

namespace norma::inline NORMA_TARGET {

/// How to train; the defaults are those of norma's experiment. `OptimiserOptions` belong to the optimiser, `Rate` is
/// the schedule.
template <class Loss = CrossEntropy, class OptimiserOptions = SgdOptions, LearningRate Rate = StepLR>
struct BasicTrainingOptions {
    int epochs = 20;                  ///< that one `fit` trains
    Loss loss = {};                   ///< with its options, as in `.loss = {.label_smoothing = 0.1}`
    OptimiserOptions optimiser = {};  ///< of the trainer's optimiser
    Rate learning_rate{};             ///< a schedule
    std::uint64_t seed = 1;           ///< of dropout

    /// A gradient with a larger norm is scaled to this norm. The default, the largest double, means never; it is not
    /// infinity, because -ffast-math excludes that.
    double max_grad_norm = std::numeric_limits<double>::max();

    /// The weight of the loss of each auxiliary head (`Tap<"name", layers...>`) that the network has, as in
    /// `.auxiliary = {{"aux", 0.3}}`. The training loss is that of the network and these.
    AuxiliaryLosses auxiliary = {};

    /// Evaluates the training samples in evaluation mode after each epoch, as they come in training. It takes a forward
    /// pass over all of them. `fit(train, train_again, test)` does it with samples of its own, in any case.
    bool evaluate_train = false;
};

/// How to train by `Sgd` with a `StepLR` schedule, the defaults of a trainer.
using TrainingOptions = BasicTrainingOptions<>;

/// Validates the options, except those that others validate: the loss, the optimiser and the schedule their own.
/// @throws OptionError if an option is outside its range.
template <class Loss, class OptimiserOptions, LearningRate Rate>
void validate_options(const BasicTrainingOptions<Loss, OptimiserOptions, Rate>& options) {
    if (options.epochs < 1) {
        raise<OptionError>("epochs: " + std::to_string(options.epochs) + " is not at least 1");
    }
    if (is_nan(options.max_grad_norm) || !(options.max_grad_norm > 0)) {
        raise<OptionError>("largest norm of the gradient: " + number_text(options.max_grad_norm) + " is not above 0");
    }
}

}  // namespace norma::inline NORMA_TARGET
