#pragma once

#include <cstddef>
#include <cstdint>

#include "norma/core/random.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// The 16 random bits that decide on unit `k` of a dropout layer called `name`: it is dropped where they are below the
/// rate's threshold. 16 counters of four words of two halves decide on 128 units.
inline std::uint32_t dropout_bits(const RandomName& name, std::size_t k) {
    const std::size_t in_block = k % 128;
    const auto counter = name.counter(static_cast<std::uint32_t>(k / 128 * 16 + in_block % 32 / 2));
    const std::uint32_t word = Philox::block(counter, name.key())[in_block / 32];
    return in_block % 2 == 0 ? word & 0xFFFFu : word >> 16;
}

}  // namespace norma::inline NORMA_TARGET::conformance
