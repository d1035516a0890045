#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Whether a kernel writes (`=`) its output or adds to it (`+=`).
enum class Write { assign, add };

}  // namespace norma::inline NORMA_TARGET::kernels
