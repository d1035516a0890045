#pragma once

#include <cstddef>
#include <iterator>
#include <span>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// The bytes of the elements of an array, a vector, a string or a span: `std::as_bytes(std::span(elements))`. But the
/// compiler does not verify for each type anew that it is a range, which takes it as long as a hundred lines.
template <class Elements>
std::span<const std::byte> bytes_of(const Elements& elements) {
    const auto* const first = std::data(elements);
    return {reinterpret_cast<const std::byte*>(first), std::size(elements) * sizeof(*first)};
}
/// The same to write to.
template <class Elements>
std::span<std::byte> writable_bytes_of(Elements& elements) {
    auto* const first = std::data(elements);
    return {reinterpret_cast<std::byte*>(first), std::size(elements) * sizeof(*first)};
}

}  // namespace norma::inline NORMA_TARGET
