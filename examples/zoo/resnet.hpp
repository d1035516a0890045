#pragma once

#include "norma/norma.hpp"
#include "zoo/residual_blocks.hpp"

/// Residual networks for CIFAR-10 (He et al., 2016, section 4.2, and the wider ones that people train). Parts have the
/// names of torchvision's modules, so weights are exchanged by safetensors without renaming.
namespace norma::zoo {

namespace detail {
/// A stage of basic blocks, of which the first may change the shape.
template <int Count, int Channels, class Norm, int Stride>
using Stage = Sequential<BasicBlock<Channels, Norm, Stride>, Repeat<Count - 1, BasicBlock<Channels, Norm>>>;

/// Three stages of `Count` blocks of 16, 32 and 64 channels; 6 · Count + 2 layers.
template <class Norm, int Count>
using CifarResNet =
    Network<Shape<3, 32, 32>, Named<"conv1", Conv2d<16, 3, 1, 1>>, Named<"bn1", Norm>, ReLU,
            Named<"layer1", Repeat<Count, BasicBlock<16, Norm>>>, Named<"layer2", Stage<Count, 32, Norm, 2>>,
            Named<"layer3", Stage<Count, 64, Norm, 2>>, GlobalAvgPool2d, Named<"fc", Linear<10>>>;
}  // namespace detail

/// ResNet-20 with projected shortcuts.
template <class Norm = BatchNorm>
using ResNet20 = detail::CifarResNet<Norm, 3>;
/// ResNet-56 with projected shortcuts.
template <class Norm = BatchNorm>
using ResNet56 = detail::CifarResNet<Norm, 9>;
/// ResNet-110 with projected shortcuts.
template <class Norm = BatchNorm>
using ResNet110 = detail::CifarResNet<Norm, 18>;

/// ResNet-18 with a 3×3 convolution and no pooling at its beginning.
template <class Norm = BatchNorm>
using ResNet18 =
    Network<Shape<3, 32, 32>, Named<"conv1", Conv2d<64, 3, 1, 1>>, Named<"bn1", Norm>, ReLU,
            Named<"layer1", Repeat<2, BasicBlock<64, Norm>>>, Named<"layer2", detail::Stage<2, 128, Norm, 2>>,
            Named<"layer3", detail::Stage<2, 256, Norm, 2>>, Named<"layer4", detail::Stage<2, 512, Norm, 2>>,
            GlobalAvgPool2d, Named<"fc", Linear<10>>>;

static_assert(ResNet20<>::parameter_count == 272'474);
static_assert(ResNet18<>::parameter_count == 11'173'962);

}  // namespace norma::zoo
