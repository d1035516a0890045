#pragma once

#include "norma/norma.hpp"
#include "zoo/residual_blocks.hpp"

namespace norma::zoo {

namespace detail {
/// With a name, here the empty one, the shortcut is beside the layers of the branch in files.
template <int Channels, class Norm>
using PaddedHalving =
    Stage<3, BasicBlock<Channels, Norm, 2, Named<"", PaddedShortcut<Channels, 2>>>, BasicBlock<Channels, Norm>>;
}  // namespace detail

/// ResNet-20 for CIFAR-10 with the shortcut without parameters of the paper (He et al., 2016, option A), with the names
/// of akamaster's pytorch_resnet_cifar10.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ResNet20OptionA =
    Network<Input, Named<"conv1", Conv2d<16, 3, 1, 1>>, Named<"bn1", Norm>, ReLU,
            Named<"layer1", Repeat<3, BasicBlock<16, Norm>>>, Named<"layer2", detail::PaddedHalving<32, Norm>>,
            Named<"layer3", detail::PaddedHalving<64, Norm>>, GlobalAvgPool2d, Named<"linear", Linear<Classes>>>;

static_assert(ResNet20OptionA<>::parameter_count == 269'722);

}  // namespace norma::zoo
