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

/// PyTorch's HuberLoss: with the error e = output − target, the mean over the outputs of e² / 2 where |e| is at most
/// `delta`, and of delta · (|e| − delta / 2) elsewhere. The target is a number for each output.
struct Huber {
    double delta = 1;  ///< the error where the parabola ends

    using Target = NumberTarget;    ///< a number for each output
    using Metrics = NumberMetrics;  ///< mean absolute error, R², predictions

    /// The loss of one sample; if `gradient` is not null, writes (`=`) scale / outputs · e to it, with e limited to
    /// −delta to delta.
    template <class T>
    double operator()(std::span<const T> output, const NumberTarget& target, std::type_identity_t<T> scale,
                      std::type_identity_t<T>* gradient) const {
        const T limit = static_cast<T>(delta);
        return detail::mean_over_outputs(output, target, scale, gradient, [=](std::size_t, T y, T t) {
            const T error = y - t;
            const T size = std::abs(error);
            if (size <= limit) return detail::LossOfOutput<T>{error * error / 2, error};
            return detail::LossOfOutput<T>{limit * (size - limit / 2), error > 0 ? limit : -limit};
        });
    }

    /// @throws OptionError if `delta` is not above 0 and finite.
    void validate(Extent) const {
        if (!is_finite(delta) || !(delta > 0)) {
            raise<OptionError>({"delta of the Huber loss: ", delta, " is not a finite number above 0"});
        }
    }

    /// See `LossFunction`.
    std::vector<Setting> settings() const { return {{"loss", "Huber"}, {"delta", setting_text(delta)}}; }
};

}  // namespace norma::inline NORMA_TARGET
