#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/conv2d.hpp"

namespace norma::inline NORMA_TARGET {

/// Depthwise convolution: output channel c · Multiplier + m reads input channel c alone,
/// y[c · Multiplier + m, i, j] = bias[…] + Σ weight[c · Multiplier + m, 0, p, q] · x[c, i·Stride − Padding +
/// p·Dilation, j·Stride − Padding + q·Dilation], zeros outside. PyTorch's Conv2d(C, C · Multiplier, …, groups=C).
/// Kernel, stride, padding and dilation are a number or a `Size{height, width}`.
template <Size Kernel, Size Stride = 1, Size Padding = 0, Bias WithBias = Bias::no, int Multiplier = 1,
          Size Dilation = 1>
struct DepthwiseConv2d {
    static_assert(Kernel.height > 0 && Kernel.width > 0 && Stride.height > 0 && Stride.width > 0 &&
                      Padding.height >= 0 && Padding.width >= 0 && Multiplier > 0 && Dilation.height > 0 &&
                      Dilation.width > 0,
                  "norma: DepthwiseConv2d<kernel, stride, padding, bias, multiplier, dilation> needs positive kernel, "
                  "stride, multiplier and dilation, and a padding that is not negative.");

    static constexpr FixedString name() {
        FixedString text = FixedString("DepthwiseConv2d<") << Kernel;
        const bool more = Dilation != Size(1) || Multiplier != 1;
        if (Stride != Size(1) || Padding != Size(0) || more) text << ", " << Stride << ", " << Padding;
        if (more) text << (WithBias == Bias::yes ? ", Bias::yes, " : ", Bias::no, ") << Multiplier << ", " << Dilation;
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        const long long channels = 1ll * in.channels * Multiplier;
        if (channels > most_elements) {
            builder.refuse(name(), FixedString("at most ") << most_elements << " output channels");
            return;
        }
        const Size out = detail::output_size(in, Kernel, Stride, Padding, Dilation);
        if (out.height < 1 || out.width < 1) {
            detail::refuse_window(builder, name(), Kernel, Padding, Dilation);
            return;
        }
        builder.append(ops::Depthwise{
            {in, {static_cast<int>(channels), out.height, out.width}, Kernel, Stride, Padding, Dilation, Multiplier},
            WithBias == Bias::yes});
    }
};

}  // namespace norma::inline NORMA_TARGET
