#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"
#include "norma/training/accumulated_gradient.hpp"
#include "norma/training/auxiliary.hpp"
#include "norma/training/clip_grad_norm.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/lookahead.hpp"
#include "norma/training/opt_in.hpp"
#include "norma/training/parameter_groups.hpp"
#include "norma/training/sgd.hpp"
#include "norma/training/update_part.hpp"
#include "norma/training/weight_average.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
struct OneBatch {
    static int value() { return 1; }
};
struct NoLimit {
    static double value() { return std::numeric_limits<double>::max(); }
};
}  // namespace detail

/// Batches of one step of the optimiser, an int; by default 1.
using BatchesPerStep = OptIn<int, detail::PartCode<int, detail::AccumulatedPart>, detail::OneBatch>;
/// The largest norm of the gradient, a double; by default the largest one.
using MaxGradNorm = OptIn<double, detail::PartCode<double, detail::ClipPart>, detail::NoLimit>;
/// A `ParameterRule`, or none.
using OptionalRule = OptIn<ParameterRule, detail::GroupsCode<ParameterRule>>;
/// A `Lookahead`, or none.
using OptionalLookahead =
    OptIn<std::optional<Lookahead>, detail::PartCode<std::optional<Lookahead>, detail::LookaheadPart>>;
/// A `WeightAverage`, or none.
using OptionalAverage =
    OptIn<std::optional<WeightAverage>, detail::PartCode<std::optional<WeightAverage>, detail::AveragePart>>;

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
    MaxGradNorm max_grad_norm = {};

    /// The weight of the loss of each auxiliary head (`Tap<"name", layers...>`) that the network has, as in
    /// `.auxiliary = {{"aux", 0.3}}`. The training loss is that of the network and these.
    AuxiliaryLosses auxiliary = {};

    /// Evaluates the training samples in evaluation mode after each epoch, as they come in training. It takes a forward
    /// pass over all of them. `fit(train, train_again, test)` does it with samples of its own, in any case.
    bool evaluate_train = false;

    /// A rule that puts each parameter into a group with a rate and a weight decay of its own, or freezes it. Without
    /// one all parameters are trained alike.
    OptionalRule parameters = {};

    /// Batches of one step of the optimiser, whose gradient is that of the mean loss of all their samples, as if they
    /// were one batch; the last step of an epoch may have fewer. Norms over the batch take their statistics of each
    /// batch, and track them. The rate is that of the last of the batches. If a callback stops within a step, the
    /// gradient so far is a part of the next epoch's first step.
    BatchesPerStep batches_per_step = {};

    OptionalLookahead lookahead = {};  ///< as in `.lookahead = Lookahead{.every = 5}`; off by default
    OptionalAverage average = {};      ///< a `WeightAverage`, off by default; see `Trainer::averaged_network`
};

/// How to train by `Sgd` with a `StepLR` schedule, the defaults of a trainer.
using TrainingOptions = BasicTrainingOptions<>;

/// Validates the options, except those that others validate: the loss, the optimiser and the schedule their own, the
/// trainer those of groups, lookahead, average and batches of a step.
/// @throws OptionError if an option is outside its range.
template <class Loss, class OptimiserOptions, LearningRate Rate>
void validate_options(const BasicTrainingOptions<Loss, OptimiserOptions, Rate>& options) {
    if (options.epochs < 1) {
        raise<OptionError>({"epochs: ", options.epochs, " is not at least 1"});
    }
    const double norm = options.max_grad_norm;
    if (is_nan(norm) || !(norm > 0)) {
        raise<OptionError>({"largest norm of the gradient: ", norm, " is not above 0"});
    }
}

/// The same options with another schedule.
template <LearningRate Other, class Loss, class OptimiserOptions, LearningRate Rate>
BasicTrainingOptions<Loss, OptimiserOptions, Other> with_rate(
    const BasicTrainingOptions<Loss, OptimiserOptions, Rate>& options, const Other& other) {
    // This does not compile if the options have a member that is not copied here.
    const auto& [epochs, loss, optimiser, rate, seed, max_grad_norm, auxiliary, evaluate_train, parameters,
                 batches_per_step, lookahead, average] = options;
    return {epochs,         loss,       optimiser,        other,     seed,   max_grad_norm, auxiliary,
            evaluate_train, parameters, batches_per_step, lookahead, average};
}

namespace detail {
/// Refuses options of a trainer that takes others, by a compile error of one sentence.
template <class Taken, class Given>
constexpr void assert_same_options() {
    constexpr bool same_loss = std::same_as<decltype(Given::loss), decltype(Taken::loss)>;
    constexpr bool same_optimiser = std::same_as<decltype(Given::optimiser), decltype(Taken::optimiser)>;
    constexpr bool same_rate = std::same_as<decltype(Given::learning_rate), decltype(Taken::learning_rate)>;
    static_assert(same_loss,
                  "norma: these options are for another loss than the trainer's; a Trainer<Net, MeanSquaredError> "
                  "takes Trainer<Net, MeanSquaredError>::Options, and TrainingOptions are for CrossEntropy.");
    static_assert(!same_loss || same_optimiser,
                  "norma: these options are for another optimiser than the trainer's; a Trainer<Net, CrossEntropy, "
                  "AdamW> takes Trainer<Net, CrossEntropy, AdamW>::Options, and TrainingOptions are for Sgd with "
                  "StepLR.");
    static_assert(!same_loss || !same_optimiser || same_rate,
                  "norma: these options have another schedule than the trainer's; a Trainer<Net, CrossEntropy, Sgd, "
                  "CosineAnnealingLR> takes Trainer<Net, CrossEntropy, Sgd, CosineAnnealingLR>::Options, and "
                  "TrainingOptions are for Sgd with StepLR.");
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
