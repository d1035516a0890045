#pragma once

#include <cstdint>

namespace fuzz {

/// Number of basic blocks that this program has run: its own and those of the headers, not those of compiled libraries
/// such as zlib. Copying memory of any size counts as one. Unlike time, the number is the same on every machine.
std::uint64_t operations();

}  // namespace fuzz
