#pragma once

#define NORMA_VERSION_MAJOR 0
#define NORMA_VERSION_MINOR 1
#define NORMA_VERSION_PATCH 0

namespace norma {

/// The library's version, by semantic versioning.
inline constexpr const char* version = "0.1.0";

}  // namespace norma
