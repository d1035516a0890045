#pragma once

#include <cstddef>
#include <cstdint>

#include "norma/core/random.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// The 16 random bits for number `k` of a dropout layer: dropout sets the number to 0 if they are below the rate's
/// threshold. `name` names the layer, step and sample. 16 counters give 4 words of 2 halves each, for 128 numbers.
inline std::uint32_t dropout_bits(const RandomName& name, std::size_t k) {
    const std::size_t in_block = k % 128;
    const auto counter = name.counter(static_cast<std::uint32_t>(k / 128 * 16 + in_block % 32 / 2));
    const std::uint32_t word = Philox::block(counter, name.key())[in_block / 32];
    return in_block % 2 == 0 ? word & 0xFFFFu : word >> 16;
}

}  // namespace norma::inline NORMA_TARGET::conformance
