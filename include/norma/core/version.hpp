#pragma once

/// The parts of the library's version, by semantic versioning.
#define NORMA_VERSION_MAJOR 0
#define NORMA_VERSION_MINOR 1
#define NORMA_VERSION_PATCH 0

/// The version as one number, 10,000 · major + 100 · minor + patch: `#if NORMA_VERSION >= 200` asks for 0.2.0.
#define NORMA_VERSION (NORMA_VERSION_MAJOR * 10000 + NORMA_VERSION_MINOR * 100 + NORMA_VERSION_PATCH)

namespace norma {

/// The library's version as text.
inline constexpr const char* version = "0.1.0";

}  // namespace norma
