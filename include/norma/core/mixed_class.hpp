#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// The target of a sample that is made of two, as mixup and cutmix make it: `share` of it is of class `first`, the rest
/// of class `second`. Classes are counted from 0.
struct MixedClass {
    int first = 0;    ///< class of the first sample
    int second = 0;   ///< class of the second sample
    float share = 1;  ///< of the first, from 0 to 1

    friend bool operator==(const MixedClass&, const MixedClass&) = default;
};

}  // namespace norma::inline NORMA_TARGET
