#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/conv2d.hpp"

namespace norma::inline NORMA_TARGET {

/// Transposed convolution, as in PyTorch: what the gradient of the input is to a convolution. Input pixel (i, j) of
/// channel c adds weight[c, o, p, q] · x[c, i, j] to output pixel (i·Stride − Padding + p, j·Stride − Padding + q) of
/// channel o, where the output has it; then the bias is added. A height or width n becomes (n − 1) · Stride − 2 ·
/// Padding + Kernel + OutputPadding. Kernel, stride, padding and output padding are a number or a `Size{height,
/// width}`.
template <int OutChannels, Size Kernel, Size Stride = 1, Size Padding = 0, Size OutputPadding = 0,
          Bias WithBias = Bias::no>
struct ConvTranspose2d {
    static_assert(
        OutChannels > 0 && Kernel.height > 0 && Kernel.width > 0 && Stride.height > 0 && Stride.width > 0 &&
            Padding.height >= 0 && Padding.width >= 0,
        "norma: ConvTranspose2d<channels, kernel, stride, padding> needs positive channels, kernel and stride, "
        "and a padding that is not negative.");
    static_assert(OutputPadding.height >= 0 && OutputPadding.width >= 0 && OutputPadding.height < Stride.height &&
                      OutputPadding.width < Stride.width,
                  "norma: ConvTranspose2d<channels, kernel, stride, padding, output padding> needs an output padding "
                  "that is not negative and less than the stride.");

    static constexpr FixedString name() {
        FixedString text = FixedString("ConvTranspose2d<") << OutChannels << ", " << Kernel;
        const bool more = OutputPadding != Size(0);
        if (Stride != Size(1) || Padding != Size(0) || more) text << ", " << Stride << ", " << Padding;
        if (more) text << ", " << OutputPadding;
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const kernels::Convolution back =
            kernels::transposed_convolution(builder.shape(), OutChannels, Kernel, Stride, Padding, OutputPadding);
        if (back.input.height < 1 || back.input.width < 1) {
            builder.refuse(name(), "a larger image, because its padding leaves no row or no column of the output");
            return;
        }
        builder.append(ops::TransposedConvolution{back, WithBias == Bias::yes});
    }
};

}  // namespace norma::inline NORMA_TARGET
