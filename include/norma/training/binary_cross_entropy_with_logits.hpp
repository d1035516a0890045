#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/elementwise.hpp"
#include "norma/training/label_metrics.hpp"
#include "norma/training/loss_weights.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// PyTorch's BCEWithLogitsLoss, for labels of which a sample may have several: the mean over the outputs of −(p · t ·
/// log σ(x) + (1 − t) · log(1 − σ(x))), with the logit x, its target t and the label's positive weight p. The target is
/// a number from 0 to 1 for each output, or a byte: a mask moves with its image if it is of bytes
/// (`TensorDataset<float, std::uint8_t>` of 2 classes, and a network that ends in one channel).
struct BinaryCrossEntropyWithLogits {
    /// PyTorch's pos_weight: how much a label counts where it is present, one for each channel of the output. Above 1
    /// is for labels that are rare.
    LossWeights positive_weights = {};

    using Target = LabelTarget;    ///< a number from 0 to 1, or a byte 0 or 1, for each output
    using Metrics = LabelMetrics;  ///< accuracy, F1, predictions

    /// The loss of one sample; if `gradient` is not null, writes (`=`) scale / outputs · ((1 − t) · σ(x) − p · t · (1 −
    /// σ(x))) to it.
    template <class T>
    double operator()(std::span<const T> logits, const LabelTarget& target, std::type_identity_t<T> scale,
                      std::type_identity_t<T>* gradient) const {
        const std::size_t channels = std::max<std::size_t>(positive_weights.size(), 1);  // innermost
        return detail::mean_over_outputs(logits, target, scale, gradient, [&](std::size_t k, T x, T t) {
            const T present = static_cast<T>(positive_weights.of(k % channels)) * t;
            const T exponential = std::exp(-std::abs(x));  // of the larger of x and −x, so it is at most 1
            const T softplus = std::log1p(exponential);    // log(1 + e^−|x|)
            const T of_positive = T(1) / (T(1) + exponential);
            const T sigmoid = x >= 0 ? of_positive : exponential * of_positive;
            const T opposite = x >= 0 ? exponential * of_positive : of_positive;  // 1 − σ(x), without cancellation
            return detail::LossOfOutput<T>{
                present * (softplus + std::max(-x, T(0))) + (T(1) - t) * (softplus + std::max(x, T(0))),
                (T(1) - t) * sigmoid - present * opposite};
        });
    }

    /// @throws OptionError if there are weights, but not one for each channel, or one is negative or not finite.
    void validate(Extent output) const { positive_weights.validate("positive weights", output.channels); }

    /// See `LossFunction`.
    std::vector<Setting> settings() const {
        std::vector<Setting> settings{{"loss", "binary cross-entropy"}};
        positive_weights.add_to(settings, "positive weights");
        return settings;
    }
};

}  // namespace norma::inline NORMA_TARGET
