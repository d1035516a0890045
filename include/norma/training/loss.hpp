#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/class_name.hpp"
#include "norma/core/error.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/source_ref.hpp"

namespace norma::inline NORMA_TARGET {

/// A loss: a struct of its options, such as `CrossEntropy`. `Target` is the type of a sample's target, `Metrics` counts
/// what else is reported. A call gives the loss of one sample; if `gradient` is not null, it writes (`=`) scale ·
/// ∂loss/∂output to it. The training loss is the mean over the batch; for it, scale is 1 / batch size. Many threads
/// call it at once, and it must not allocate.
///
/// Optional:
/// - `weight(target)`: how much the sample counts in the mean; the call's result and its gradient include it. The mean
///   is then Σ loss / Σ weight, and scale is 1 / Σ weight of the batch, as in PyTorch.
/// - `problem(target, output)`: in words, why a target does not fit an output of the shape `output`, as in "has label
///   4; …"; empty if it does. Without it the target's own `problem(output)`, if any, is used.
/// - `assert_fits<Net>()`: refuses a network by a static_assert.
/// - `validate(output)`: throws `OptionError` if an option is outside its range.
/// - `in_evaluation()`: the loss that evaluation reports, if it is another one.
/// - `settings()`: its options as a range of `Setting`, so that a training is not resumed with others by mistake.
///   Without it only the name and the size of the loss's type are compared.
template <class L, class T>
concept LossFunction =
    requires(const L& loss, std::span<const T> output, const typename L::Target& target, T scale, T* gradient) {
        typename L::Metrics;
        { loss(output, target, scale, gradient) } -> std::convertible_to<double>;
    };

namespace detail {

/// Does the loss weigh samples?
template <class Loss>
inline constexpr bool weighs_samples =
    requires(const Loss& loss, const typename Loss::Target& target) { loss.weight(target); };

/// How much a sample counts in the mean.
template <class Loss>
double weight_of(const Loss& loss, const typename Loss::Target& target) {
    if constexpr (weighs_samples<Loss>) return static_cast<double>(loss.weight(target));
    return 1;
}

/// The loss that evaluation reports.
template <class Loss>
Loss in_evaluation(const Loss& loss) {
    if constexpr (requires { loss.in_evaluation(); }) return loss.in_evaluation();
    return loss;
}

/// Validates the loss's options for an output of this shape.
/// @throws OptionError
template <class Loss>
void validate_loss(const Loss& loss, Extent output) {
    if constexpr (requires { loss.validate(output); }) loss.validate(output);
}

/// What identifies the loss: its options, if it tells them, else its type.
template <class Loss>
std::vector<Setting> settings_of_loss(const Loss& loss) {
    std::vector<Setting> settings;
    if constexpr (requires { loss.settings(); }) {
        for (const Setting& setting : loss.settings()) add_setting(settings, setting.name, setting.value);
    } else {
        add_setting(settings, "loss", joined_text({class_name<Loss>(), " of size ", sizeof(Loss)}));
    }
    return settings;
}

/// Refuses a type that is no loss, and a network that does not fit the loss, by a compile error of one sentence.
template <class Net, class Loss>
constexpr void assert_loss_fits() {
    static_assert(LossFunction<Loss, typename Net::Scalar>,
                  "norma: a loss needs the types Target and Metrics, and a call (std::span<const T> output, const "
                  "Target&, T scale, T* gradient) const that returns the loss of a sample; an optimiser, such as in "
                  "Trainer<Net, CrossEntropy, AdamW>, comes after it.");
    if constexpr (Net::layers_fit && requires { Loss::template assert_fits<Net>(); }) Loss::template assert_fits<Net>();
}

/// Why a target does not fit an output of this shape, in words; empty if it does.
template <class Loss>
std::string problem_of_target(const Loss& loss, const typename Loss::Target& target, Extent output) {
    if constexpr (requires { loss.problem(target, output); }) {
        return loss.problem(target, output);
    } else if constexpr (requires { target.problem(output); }) {
        return target.problem(output);
    } else {
        return {};
    }
}

/// Checks the targets of batch `number` for an output of this shape.
/// @throws DataError if one does not fit; the message names the sample.
template <class T, class Loss>
void check_targets(const Loss& loss, const LabelledBatchRef<T, typename Loss::Target>& batch, Extent output,
                   int number) {
    for (int i = 0; i < batch.size(); ++i) {
        const std::string problem = problem_of_target(loss, batch.target(i), output);
        if (problem.empty()) continue;
        raise<DataError>({"sample ", i, " of batch ", number, " ", problem});
    }
}

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
