#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

/// y = x + layer_scale(fc2(gelu(fc1(norm(conv_dw(x)))))): a depthwise 7×7 convolution, then 1×1 convolutions to four
/// times the channels and back (Liu et al., 2022). Names are timm's, but its parameter `gamma` is `gamma.weight`.
template <int Channels, class Norm>
struct ConvNeXtBlock {
    using Mlp = Sequential<Named<"fc1", Conv2d<4 * Channels, 1, 1, 0, Bias::yes>>, GELU,
                           Named<"fc2", Conv2d<Channels, 1, 1, 0, Bias::yes>>>;
    using Parts = Residual<Named<"conv_dw", DepthwiseConv2d<7, 1, 3, Bias::yes>>, Named<"norm", Norm>,
                           Named<"mlp", Mlp>, Named<"gamma", LayerScale<>>>;

    static constexpr FixedString name() {
        return FixedString("ConvNeXtBlock<") << Channels << ", " << Norm::name() << ">";
    }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};

namespace detail {
template <int Channels, int Count, class Norm>
using ConvNeXtBlocks = Named<"blocks", Repeat<Count, ConvNeXtBlock<Channels, Norm>>>;
/// Halves the image before its blocks.
template <int Channels, int Count, class Norm>
using ConvNeXtStage = Sequential<Named<"downsample", Sequential<Norm, Conv2d<Channels, 2, 2, 0, Bias::yes>>>,
                                 ConvNeXtBlocks<Channels, Count, Norm>>;
}  // namespace detail

/// ConvNeXt-Atto for CIFAR-10, with patches of 2×2 pixels instead of 4×4.
template <class Norm = ChannelLayerNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ConvNeXtAtto = Network<
    Input, Named<"stem", Sequential<Conv2d<40, 2, 2, 0, Bias::yes>, Norm>>,
    Named<"stages", Sequential<Sequential<detail::ConvNeXtBlocks<40, 2, Norm>>, detail::ConvNeXtStage<80, 2, Norm>,
                               detail::ConvNeXtStage<160, 6, Norm>, detail::ConvNeXtStage<320, 2, Norm>>>,
    GlobalAvgPool2d, Named<"head", Sequential<Named<"norm", Norm>, Named<"fc", Linear<Classes>>>>>;

static_assert(ConvNeXtAtto<>::parameter_count == 3'376'290);

}  // namespace norma::zoo
