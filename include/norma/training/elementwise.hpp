#pragma once

#include <cstddef>
#include <span>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What a loss gives for one output.
template <class T>
struct LossOfOutput {
    T value;  ///< the loss
    T slope;  ///< its derivative by the output
};

/// The mean over all outputs of `f(k, output, target)`, which returns a `LossOfOutput`; if `gradient` is not null,
/// writes
/// (`=`) scale · its gradient.
template <class T, class Target, class F>
double mean_over_outputs(std::span<const T> output, const Target& target, T scale, T* gradient, const F& f) {
    const std::size_t count = output.size();
    const T each = scale / static_cast<T>(count);
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const LossOfOutput<T> loss = f(k, output[k], static_cast<T>(target[k]));
        sum += static_cast<double>(loss.value);
        if (gradient != nullptr) gradient[k] = loss.slope * each;
    }
    return sum / static_cast<double>(count);
}

}  // namespace norma::inline NORMA_TARGET::detail
