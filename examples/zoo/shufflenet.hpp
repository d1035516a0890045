#pragma once

#include <type_traits>

#include "norma/norma.hpp"
#include "zoo/residual_blocks.hpp"

namespace norma::zoo {

/// One half of the channels passes, the other goes through a 1×1, a depthwise 3×3 and a 1×1 convolution; then the
/// halves are shuffled (Ma et al., 2018). With a stride of 2 both halves are made of all channels. Names are
/// torchvision's.
template <int Out, class Norm, int Stride = 1>
struct ShuffleUnit {
    static constexpr int half = Out / 2;
    using Branch1 = Named<"branch1", Sequential<DepthwiseConv2d<3, Stride, 1>, Norm, Conv2d<half, 1>, Norm, ReLU>>;
    using Branch2 = Named<"branch2", Sequential<Conv2d<half, 1>, Norm, ReLU, DepthwiseConv2d<3, Stride, 1>, Norm,
                                                Conv2d<half, 1>, Norm, ReLU>>;
    using Halves =
        std::conditional_t<Stride == 1, Concat<Channels<0, half>, Named<"", Sequential<Channels<half, half>, Branch2>>>,
                           Concat<Branch1, Branch2>>;
    using Parts = Sequential<Named<"", Halves>, ChannelShuffle<2>>;

    static constexpr FixedString name() {
        return FixedString("ShuffleUnit<") << Out << ", " << Norm::name() << ", " << Stride << ">";
    }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};

namespace detail {
template <int Count, int Channels, class Norm>
using ShuffleStage = Stage<Count, ShuffleUnit<Channels, Norm, 2>, ShuffleUnit<Channels, Norm>>;
}  // namespace detail

/// ShuffleNetV2 1.0 for CIFAR-10: torchvision's network, whose first convolution has a stride of 1 and no pool after
/// it.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ShuffleNetV2 =
    Network<Input, Named<"conv1", Sequential<Conv2d<24, 3, 1, 1>, Norm, ReLU>>,
            Named<"stage2", detail::ShuffleStage<4, 116, Norm>>, Named<"stage3", detail::ShuffleStage<8, 232, Norm>>,
            Named<"stage4", detail::ShuffleStage<4, 464, Norm>>,
            Named<"conv5", Sequential<Conv2d<1024, 1>, Norm, ReLU>>, GlobalAvgPool2d, Named<"fc", Linear<Classes>>>;

static_assert(ShuffleNetV2<>::parameter_count == 1'263'854);

}  // namespace norma::zoo
