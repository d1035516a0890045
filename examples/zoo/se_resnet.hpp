#pragma once

#include "norma/norma.hpp"
#include "zoo/residual_blocks.hpp"

namespace norma::zoo {

/// Squeeze-and-excitation (Hu et al., 2018): multiplies each channel by what two linear layers make of all channels'
/// means.
template <int Channels, int Reduction = 16>
using SqueezeExcitation =
    Gate<GlobalAvgPool2d,
         Named<"fc", Sequential<Linear<Channels / Reduction, Bias::no>, ReLU, Linear<Channels, Bias::no>, Sigmoid>>>;

namespace detail {
template <int Channels, class Norm, int Stride = 1>
using SeBlock =
    BasicBlock<Channels, Norm, Stride, Downsample<Channels, Norm, Stride>, Named<"se", SqueezeExcitation<Channels>>>;
}  // namespace detail

/// SE-ResNet-20 for CIFAR-10, with the names of moskomule's senet.pytorch.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using SeResNet20 = Network<Input, Named<"conv1", Conv2d<16, 3, 1, 1>>, Named<"bn1", Norm>, ReLU,
                           Named<"layer1", Repeat<3, detail::SeBlock<16, Norm>>>,
                           Named<"layer2", Stage<3, detail::SeBlock<32, Norm, 2>, detail::SeBlock<32, Norm>>>,
                           Named<"layer3", Stage<3, detail::SeBlock<64, Norm, 2>, detail::SeBlock<64, Norm>>>,
                           GlobalAvgPool2d, Named<"fc", Linear<Classes>>>;

static_assert(SeResNet20<>::parameter_count == 274'490);

}  // namespace norma::zoo
