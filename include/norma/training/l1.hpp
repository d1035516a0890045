#pragma once

#include <cmath>
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

/// PyTorch's L1Loss, the mean absolute error: the mean of |output − target| over the outputs. The target is a number
/// for each output.
struct L1 {
    using Target = NumberTarget;    ///< a number for each output
    using Metrics = NumberMetrics;  ///< mean absolute error, R², predictions

    /// The loss of one sample; if `gradient` is not null, writes (`=`) scale · sign(output − target) / outputs to it.
    /// The sign of 0 is 0.
    template <class T>
    double operator()(std::span<const T> output, const NumberTarget& target, std::type_identity_t<T> scale,
                      std::type_identity_t<T>* gradient) const {
        return detail::mean_over_outputs(output, target, scale, gradient, [](std::size_t, T y, T t) {
            const T error = y - t;
            return detail::LossOfOutput<T>{std::abs(error), T(error > 0) - T(error < 0)};
        });
    }

    /// See `LossFunction`.
    std::vector<Setting> settings() const { return {{"loss", "L1"}}; }
};

}  // namespace norma::inline NORMA_TARGET
