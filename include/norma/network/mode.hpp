#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// How a batch goes through a network. Always said by the caller, never guessed from the batch.
struct Mode {
    bool gradients = false;         ///< run backwards too
    bool batch_statistics = false;  ///< norms that couple samples use the batch's statistics, not the running ones
    bool dropout = false;           ///< units are dropped
};

/// Everything on.
inline constexpr Mode training_mode{true, true, true};
/// To estimate running statistics again: those of the batch, nothing else as in training.
inline constexpr Mode recalibration_mode{false, true, false};
/// Everything off.
inline constexpr Mode evaluation_mode{false, false, false};

}  // namespace norma::inline NORMA_TARGET
