#pragma once

#include <algorithm>
#include <variant>

#include "norma/core/precision.hpp"
#include "norma/graph/graph.hpp"

namespace norma::examples {

/// Does a convolution of the network multiply in bfloat16? If none does, a network of `Bf16` is one of `float`.
template <class Net>
constexpr bool multiplies_in_bf16() {
    return std::ranges::any_of(Net::graph.nodes, [](const Node& node) {
        const auto* const convolution = std::get_if<ops::Convolution>(&node.op);
        return convolution != nullptr && convolution->precision == Precision::bf16;
    });
}

}  // namespace norma::examples
