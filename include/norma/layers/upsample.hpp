#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// What an enlarged image has between the pixels of the original.
enum class Interpolation {
    nearest,  ///< the nearest pixel's number
    bilinear  ///< a weighted mean of four pixels, as in PyTorch with align_corners=False
};

/// The image `Factor` times as large: PyTorch's Upsample(scale_factor=Factor, mode=Mode). The factor is a number or a
/// `Size{height, width}`.
template <Size Factor, Interpolation Mode = Interpolation::nearest>
struct Upsample {
    static_assert(Factor.height > 0 && Factor.width > 0, "norma: Upsample<factor> needs a positive factor.");

    static constexpr FixedString name() {
        FixedString text = FixedString("Upsample<") << Factor;
        if (Mode == Interpolation::bilinear) text << ", bilinear";
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        if (element_count({Factor.height, in.height, Factor.width, in.width}) < 0) {
            builder.refuse(name(), FixedString("an output of at most ") << most_elements << " numbers");
            return;
        }
        builder.append(ops::Resample{
            {in,
             {in.channels, in.height * Factor.height, in.width * Factor.width},
             Mode == Interpolation::bilinear ? kernels::Sampling::bilinear : kernels::Sampling::nearest}});
    }
};

}  // namespace norma::inline NORMA_TARGET
