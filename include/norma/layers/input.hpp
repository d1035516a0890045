#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// Input `Number` of a network of several `Inputs`, from 0: what comes after it reads this input, whatever comes before
/// it. Each branch of such a network begins with an `Input`.
/// @snippet examples_test.cpp inputs
template <int Number>
struct Input {
    static_assert(Number >= 0, "norma: Input<number> needs the number of an input, from 0.");

    static constexpr FixedString name() { return FixedString("Input<") << Number << ">"; }
    static constexpr void append(GraphBuilder& builder) { builder.append_input(Number, name()); }
};

}  // namespace norma::inline NORMA_TARGET
