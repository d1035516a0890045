#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// How a batch goes through a network. The caller always chooses it.
struct Mode {
    bool gradients = false;         ///< run the backward pass too
    bool batch_statistics = false;  ///< norms over the batch use the batch's statistics, not the running ones
    bool dropout = false;           ///< apply dropout
    bool taps = false;              ///< keep all tapped values for the loss; else only auxiliary heads, with gradients
};

/// Everything is on.
inline constexpr Mode training_mode{true, true, true};
/// To estimate running statistics again: norms use the batch's statistics, everything else is as in evaluation.
inline constexpr Mode update_bn_mode{false, true, false};
/// Everything is off.
inline constexpr Mode evaluation_mode{false, false, false};
/// As evaluation, and the loss gets the values of all taps.
inline constexpr Mode tapped_mode{false, false, false, true};

}  // namespace norma::inline NORMA_TARGET
