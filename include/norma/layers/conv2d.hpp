#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// Whether a layer adds a learned number per output channel.
enum class Bias : bool { no, yes };

/// Two-dimensional convolution (cross-correlation, as in PyTorch) with a square kernel:
/// y[o, i, j] = bias[o] + Σ weight[o, c, p, q] · x[c, i·Stride − Padding + p, j·Stride − Padding + q], zeros outside.
/// @snippet examples_test.cpp layers
template <int OutChannels, int Kernel, int Stride = 1, int Padding = 0, Bias WithBias = Bias::no>
struct Conv2d {
    static_assert(OutChannels > 0 && Kernel > 0 && Stride > 0 && Padding >= 0,
                  "norma: Conv2d<channels, kernel, stride, padding> needs positive channels, kernel and stride, and a "
                  "padding that is not negative.");

    static constexpr Sentence name() {
        Sentence text = Sentence("Conv2d<") << OutChannels << ", " << Kernel;
        if (Stride != 1 || Padding != 0) text << ", " << Stride << ", " << Padding;
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        const Extent out{OutChannels, kernels::Convolution::output_size(in.height, Kernel, Stride, Padding),
                         kernels::Convolution::output_size(in.width, Kernel, Stride, Padding)};
        if (out.height < 1 || out.width < 1) {
            builder.refuse(name(), Sentence("a height and a width of at least ") << Kernel - 2 * Padding);
            return;
        }
        builder.append(ops::Convolution{{in, out, {Kernel, Kernel}, {Stride, Stride}, {Padding, Padding}}, WithBias == Bias::yes});
    }
};

}  // namespace norma::inline NORMA_TARGET
