#pragma once

#include "norma/norma.hpp"
#include "zoo/residual_blocks.hpp"

namespace norma::zoo {

namespace detail {
/// A stage of wide blocks; the first has a projected shortcut, also if it keeps the size of the image.
template <int Count, int Channels, class Norm, int Stride>
using WideStage =
    Named<"layer", Stage<Count, PreActBlock<Channels, Norm, Stride, Named<"convShortcut", Conv2d<Channels, 1, Stride>>>,
                         PreActBlock<Channels, Norm>>>;
}  // namespace detail

/// WideResNet-16-4 for CIFAR-10 (Zagoruyko and Komodakis, 2016), without dropout, with the names of xternalz's
/// WideResNet-pytorch.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using WideResNet16x4 =
    Network<Input, Named<"conv1", Conv2d<16, 3, 1, 1>>, Named<"block1", Sequential<detail::WideStage<2, 64, Norm, 1>>>,
            Named<"block2", Sequential<detail::WideStage<2, 128, Norm, 2>>>,
            Named<"block3", Sequential<detail::WideStage<2, 256, Norm, 2>>>, Named<"bn1", Norm>, ReLU, GlobalAvgPool2d,
            Named<"fc", Linear<Classes>>>;

static_assert(WideResNet16x4<>::parameter_count == 2'748'890);

}  // namespace norma::zoo
