#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/elementwise.hpp"
#include "norma/training/number_metrics.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// PyTorch's MSELoss: the mean of (output − target)² over the outputs. The target is a number for each output.
struct MeanSquaredError {
    using Target = NumberTarget;    ///< a number for each output
    using Metrics = NumberMetrics;  ///< mean absolute error, R², predictions

    /// The loss of one sample; if `gradient` is not null, writes (`=`) scale · 2 (output − target) / outputs to it.
    template <class T>
    double operator()(std::span<const T> output, const NumberTarget& target, std::type_identity_t<T> scale,
                      std::type_identity_t<T>* gradient) const {
        return detail::mean_over_outputs(output, target, scale, gradient, [](std::size_t, T y, T t) {
            const T error = y - t;
            return detail::LossOfOutput<T>{error * error, T(2) * error};
        });
    }

    /// See `LossFunction`.
    std::vector<Setting> settings() const { return {{"loss", "mean squared error"}}; }
};

}  // namespace norma::inline NORMA_TARGET
