#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/target.hpp"
#include "norma/training/network_numbers.hpp"
#include "norma/training/update_part.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// The factor for the numbers of an array before they are squared; `largest` is their largest magnitude. It is a power
/// of two that brings `largest` near 1 if its square would be too large or too small for a double, else 1. For
/// floats 1.
inline double scale_for_squares(double largest) {
    const int exponent = largest > 0 ? std::ilogb(largest) : 0;
    return exponent > 400 || exponent < -400 ? std::ldexp(1.0, -exponent) : 1.0;
}

/// Σ (scale · x)², summed in an order that depends on the array's length alone.
template <class T>
double sum_of_squares(std::span<const T> x, double scale) {
    constexpr std::size_t lanes = 16;
    double sums[lanes] = {};
    for (std::size_t i = 0; i < x.size(); i += lanes) {
        const std::size_t end = x.size() - i < lanes ? x.size() - i : lanes;
        for (std::size_t k = 0; k < end; ++k) {
            const double value = static_cast<double>(x[i + k]) * scale;
            sums[k] += value * value;
        }
    }
    for (std::size_t half = lanes / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) sums[k] += sums[k + half];
    }
    return sums[0];
}
}  // namespace detail

/// Scales the gradient of all parameters, in place, by max_norm / (norm + 1e-6) if that is below 1 (PyTorch's
/// torch.nn.utils.clip_grad_norm_ with the Euclidean norm). Returns the norm before scaling, summed in double in an
/// order that depends on the length alone. A norm too large for a double is returned as infinity, and the gradient is
/// scaled all the same. A gradient that is not finite is not changed, and its norm is infinity or NaN.
/// @throws OptionError if `max_norm` is negative or NaN.
template <class T>
NORMA_NOINLINE double clip_grad_norm(std::span<T> gradient, double max_norm) {
    if (is_nan(max_norm) || max_norm < 0) {
        raise<OptionError>({"largest norm of the gradient: ", max_norm, " is not 0 or above"});
    }
    const auto largest = largest_magnitude(std::span<const T>(gradient));
    if (largest >= infinite_magnitude<T>) return static_cast<double>(std::bit_cast<T>(largest));
    const double scale = detail::scale_for_squares(static_cast<double>(std::bit_cast<T>(largest)));
    const double norm = std::sqrt(detail::sum_of_squares<T>(gradient, scale));  // times the scale
    const double factor = max_norm / (norm + 1e-6 * scale);                     // of scaled numbers
    if (factor * scale < 1) {
        for (T& g : gradient) g = static_cast<T>(static_cast<double>(g) * scale * factor);
    }
    return norm / scale;
}

namespace detail {
/// Carries out the option `max_grad_norm`.
template <class T>
class ClipPart final : public UpdatePart<T> {
public:
    explicit ClipPart(double max_norm) : max_norm_(max_norm) {}
    static Owned<UpdatePart<T>> made(const double& max_norm, const NetworkNumbers<T>&) {
        if (!(max_norm < std::numeric_limits<double>::max())) return {};
        return Owned<UpdatePart<T>>(new ClipPart(max_norm));
    }

    void change(std::span<T> gradient) override { clip_grad_norm(gradient, max_norm_); }

private:
    double max_norm_;
};
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
