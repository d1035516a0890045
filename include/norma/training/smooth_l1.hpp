#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/training/elementwise.hpp"
#include "norma/training/number_metrics.hpp"
#include "norma/training/target.hpp"

namespace norma::inline NORMA_TARGET {

/// PyTorch's SmoothL1Loss: with the error e = output − target, the mean over the outputs of e² / (2 beta) where |e| is
/// below `beta`, and of |e| − beta / 2 elsewhere. With beta = 0 it is `L1`. The target is a number for each output.
struct SmoothL1 {
    double beta = 1;  ///< the error where the parabola ends

    using Target = NumberTarget;    ///< a number for each output
    using Metrics = NumberMetrics;  ///< mean absolute error, R², predictions

    /// The loss of one sample; if `gradient` is not null, writes (`=`) scale / outputs · e / beta to it, with e / beta
    /// limited to −1 to 1.
    template <class T>
    double operator()(std::span<const T> output, const NumberTarget& target, std::type_identity_t<T> scale,
                      std::type_identity_t<T>* gradient) const {
        const T limit = static_cast<T>(beta);
        return detail::mean_over_outputs(output, target, scale, gradient, [=](std::size_t, T y, T t) {
            const T error = y - t;
            const T size = std::abs(error);
            if (size < limit) return detail::LossOfOutput<T>{error * error / (2 * limit), error / limit};
            return detail::LossOfOutput<T>{size - limit / 2, T(error > 0) - T(error < 0)};
        });
    }

    /// @throws OptionError if `beta` is not at least 0 and finite.
    void validate(Extent) const {
        if (!is_finite(beta) || !(beta >= 0)) {
            raise<OptionError>({"beta of the smooth L1 loss: ", beta, " is not a finite number of at least 0"});
        }
    }

    /// See `LossFunction`.
    std::vector<Setting> settings() const { return {{"loss", "smooth L1"}, {"beta", setting_text(beta)}}; }
};

}  // namespace norma::inline NORMA_TARGET
