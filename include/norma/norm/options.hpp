#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/policy.hpp"

namespace norma::inline NORMA_TARGET {

/// Options of the norms within a sample, for instance `GroupNorm<2, NormOptions{.epsilon = {1, 1000}}>`. The defaults
/// are PyTorch's.
struct NormOptions {
    /// Added to the variance under the root, as a fraction.
    Fraction epsilon{1, 100000};
    /// Whether a weight and bias are learned.
    bool affine = true;
};

namespace detail {
/// The options that differ from their defaults, of those that every norm has: ", epsilon=1/1000, affine=false".
template <class Options>
constexpr FixedString changed_options(const Options& options) {
    FixedString text;
    if (options.epsilon != Options{}.epsilon) {
        text << ", epsilon=" << options.epsilon.numerator << "/" << options.epsilon.denominator;
    }
    if (!options.affine) text << ", affine=false";
    return text;
}

/// A norm's name, followed by what `changed_options` lists: "LayerNorm(affine=false)".
constexpr FixedString name_with(const FixedString& name, const FixedString& changed) {
    if (changed.empty()) return name;
    return FixedString(name) << "(" << changed.view().substr(2) << ")";
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
