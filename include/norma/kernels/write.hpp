#pragma once

namespace norma::kernels {

/// Whether a kernel writes (`=`) its output or adds to it (`+=`).
enum class Write { assign, add };

}  // namespace norma::kernels
