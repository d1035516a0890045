#pragma once

#include "norma/norma.hpp"
#include "zoo/residual_blocks.hpp"

namespace norma::zoo {

namespace detail {
template <int Channels, class Norm>
using PreActHalving = Stage<2, PreActBlock<Channels, Norm, 2, Named<"shortcut", Sequential<Conv2d<Channels, 1, 2>>>>,
                            PreActBlock<Channels, Norm>>;
}  // namespace detail

/// Pre-activation ResNet-18 (He et al., 2016, "Identity mappings") for CIFAR-10, as in kuangliu's pytorch-cifar:
/// without a norm after the last block.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using PreActResNet18 =
    Network<Input, Named<"conv1", Conv2d<64, 3, 1, 1>>, Named<"layer1", Repeat<2, PreActBlock<64, Norm>>>,
            Named<"layer2", detail::PreActHalving<128, Norm>>, Named<"layer3", detail::PreActHalving<256, Norm>>,
            Named<"layer4", detail::PreActHalving<512, Norm>>, GlobalAvgPool2d, Named<"linear", Linear<Classes>>>;

static_assert(PreActResNet18<>::parameter_count == 11'171'146);

}  // namespace norma::zoo
