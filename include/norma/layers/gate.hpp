#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/sequential.hpp"

namespace norma::inline NORMA_TARGET {

/// y = x · branch(x), where the branch is a sequence of layers that ends in the shape of x, or in one pixel: a factor
/// per channel. So squeeze-and-excitation (Hu et al., 2018) is `Gate<GlobalAvgPool2d, Conv2d<16, 1>, ReLU, Conv2d<64,
/// 1>, Sigmoid>` for 64 channels.
template <class... Branch>
struct Gate {
    static_assert(sizeof...(Branch) > 0, "norma: Gate<layers...> needs at least one layer in its branch.");

    static constexpr FixedString name() { return FixedString("Gate<") << names_of<Branch...>() << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        const int start = builder.value();
        const Extent shape = builder.shape();
        (append_layer<Branch>(builder), ...);
        if (builder.refused()) return;
        const Extent end = builder.shape();
        const Extent one_pixel{shape.channels, 1, 1};
        if (end != shape && end != one_pixel) {
            builder.refuse(name(), shape,
                           FixedString("a branch that ends in that shape or in ") << one_pixel << ", not in " << end);
            return;
        }
        const int factors = builder.value();
        builder.go_to(start);
        builder.append(ops::Multiply{shape, end != shape}, factors);
    }
};

}  // namespace norma::inline NORMA_TARGET
