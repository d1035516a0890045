#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/ops/convolution.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = weight · x + bias over all elements of a sample. It runs as a 1×1 convolution of one pixel, whose channels are
/// all numbers of the sample in their order in memory.
struct Linear {
    static constexpr const char* name = "linear";

    Extent input;       ///< of one sample
    int outputs = 1;    ///< features of the output
    bool bias = false;  ///< adds a learned number per output

    /// The same as a convolution.
    constexpr Convolution convolution() const {
        return {{.input = {input.size(), 1, 1}, .output = {outputs, 1, 1}}, bias};
    }
    constexpr OpFacts facts() const { return convolution().facts(); }
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], input, {outputs, 1, 1});
        if (!needs.empty()) return needs;
        const Extent flat{input.size(), 1, 1};
        return convolution().needs({&flat, 1});
    }
    friend constexpr bool operator==(const Linear&, const Linear&) = default;
};

}  // namespace norma::inline NORMA_TARGET::ops
