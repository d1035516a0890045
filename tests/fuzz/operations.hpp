#pragma once

#include <cstdint>

namespace fuzz {

/// Basic blocks that this program has run so far: its own and those of the headers, not those of compiled libraries
/// such as zlib, and a copy of memory of any size counts as one. Unlike time it is the same on every machine.
std::uint64_t operations();

}  // namespace fuzz
