#pragma once

#include <ratio>

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// In training, sets each unit to 0 with probability `Probability` (a std::ratio, rounded to a multiple of 1/65,536)
/// and divides the others by the probability of being kept; in evaluation, y = x (Srivastava et al., 2014). Which units
/// are dropped follows from seed, step, sample and layer, and does not depend on the number of threads.
template <class Probability>
struct Dropout {
    /// The probability, as the kernels take it.
    static constexpr kernels::DropoutRate rate = kernels::DropoutRate::nearest(Probability::num, Probability::den);
    static_assert(Probability::num >= 0 && Probability::num < Probability::den && rate.threshold < 65536,
                  "norma: Dropout<std::ratio<n, d>> needs a probability of at least 0 and below 1.");

    static constexpr FixedString name() {
        return FixedString("Dropout<") << static_cast<long long>(Probability::num) << "/"
                                       << static_cast<long long>(Probability::den) << ">";
    }
    static constexpr void append(GraphBuilder& builder) { builder.append(ops::Dropout{builder.shape(), rate}); }
};

}  // namespace norma::inline NORMA_TARGET
