#pragma once

#include "norma/norma.hpp"
#include "zoo/joined.hpp"

namespace norma::zoo {

/// A depthwise convolution with a shortcut, which mixes pixels, then a 1×1 convolution, which mixes channels; each with
/// GELU and a norm (Trockman and Kolter, 2022).
template <int Channels, int Kernel, class Norm>
struct ConvMixerLayer {
    using Pixels = Residual<Named<"fn", Sequential<DepthwiseConv2d<Kernel, 1, Kernel / 2, Bias::yes>, GELU, Norm>>>;
    using Parts = Sequential<Pixels, Conv2d<Channels, 1, 1, 0, Bias::yes>, GELU, Norm>;

    static constexpr FixedString name() {
        return FixedString("ConvMixerLayer<") << Channels << ", " << Kernel << ", " << Norm::name() << ">";
    }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};

/// ConvMixer-256/8 for CIFAR-10 with patches of 2×2 and kernels of 5×5, numbered as the paper's nn.Sequential.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ConvMixer256x8 = Network<
    Input,
    Named<"", Joined<Sequential<Conv2d<256, 2, 2, 0, Bias::yes>, GELU, Norm>, Repeated<8, ConvMixerLayer<256, 5, Norm>>,
                     Sequential<GlobalAvgPool2d, Identity, Linear<Classes>>>>>;

static_assert(ConvMixer256x8<>::parameter_count == 594'186);

}  // namespace norma::zoo
