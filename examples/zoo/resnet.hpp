#pragma once

#include "norma/norma.hpp"
#include "zoo/residual_blocks.hpp"

/// Residual networks for CIFAR-10 (He et al., 2016, section 4.2, and the wider ones that people train), with the names
/// of torchvision's modules.
namespace norma::zoo {

namespace detail {
/// A stage of basic blocks whose first one halves the image.
template <int Count, int Channels, class Norm>
using Halving = Stage<Count, BasicBlock<Channels, Norm, 2>, BasicBlock<Channels, Norm>>;

/// Three stages of `Count` blocks, of 16, 32 and 64 channels; 6 · Count + 2 layers.
template <int Count, class Norm, ShapeType Input, int Classes>
using CifarResNet =
    Network<Input, Named<"conv1", Conv2d<16, 3, 1, 1>>, Named<"bn1", Norm>, ReLU,
            Named<"layer1", Repeat<Count, BasicBlock<16, Norm>>>, Named<"layer2", Halving<Count, 32, Norm>>,
            Named<"layer3", Halving<Count, 64, Norm>>, GlobalAvgPool2d, Named<"fc", Linear<Classes>>>;
}  // namespace detail

/// ResNet-20 with projected shortcuts.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ResNet20 = detail::CifarResNet<3, Norm, Input, Classes>;
/// ResNet-56 with projected shortcuts.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ResNet56 = detail::CifarResNet<9, Norm, Input, Classes>;
/// ResNet-110 with projected shortcuts.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ResNet110 = detail::CifarResNet<18, Norm, Input, Classes>;

/// ResNet-18 with a 3×3 convolution and no pooling at its beginning.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using ResNet18 = Network<Input, Named<"conv1", Conv2d<64, 3, 1, 1>>, Named<"bn1", Norm>, ReLU,
                         Named<"layer1", Repeat<2, BasicBlock<64, Norm>>>,
                         Named<"layer2", detail::Halving<2, 128, Norm>>, Named<"layer3", detail::Halving<2, 256, Norm>>,
                         Named<"layer4", detail::Halving<2, 512, Norm>>, GlobalAvgPool2d, Named<"fc", Linear<Classes>>>;

static_assert(ResNet20<>::parameter_count == 272'474);
static_assert(ResNet56<>::parameter_count == 855'770);
static_assert(ResNet110<>::parameter_count == 1'730'714);
static_assert(ResNet18<>::parameter_count == 11'173'962);

}  // namespace norma::zoo
