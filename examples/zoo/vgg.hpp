#pragma once

#include "norma/norma.hpp"
#include "zoo/joined.hpp"

/// VGG networks (Simonyan and Zisserman, 2015) for CIFAR-10, as in kuangliu's pytorch-cifar: a norm after each
/// convolution, and one linear layer.
namespace norma::zoo {

namespace detail {
/// Convolutions (3×3, padding 1) to these numbers of channels, each with norm and ReLU, and then a pool.
template <class Norm, int... Channels>
using VggStage = Joined<Sequential<Conv2d<Channels, 3, 1, 1, Bias::yes>, Norm, ReLU>..., Sequential<MaxPool2d<2>>>;

template <ShapeType Input, int Classes, class... Stages>
using Vgg = Network<Input, Named<"features", Joined<Stages...>>, Named<"classifier", Linear<Classes>>>;
}  // namespace detail

/// VGG-11, column A of the paper's table.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using Vgg11 =
    detail::Vgg<Input, Classes, detail::VggStage<Norm, 64>, detail::VggStage<Norm, 128>,
                detail::VggStage<Norm, 256, 256>, detail::VggStage<Norm, 512, 512>, detail::VggStage<Norm, 512, 512>>;

/// VGG-16, column D.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using Vgg16 = detail::Vgg<Input, Classes, detail::VggStage<Norm, 64, 64>, detail::VggStage<Norm, 128, 128>,
                          detail::VggStage<Norm, 256, 256, 256>, detail::VggStage<Norm, 512, 512, 512>,
                          detail::VggStage<Norm, 512, 512, 512>>;

static_assert(Vgg11<>::parameter_count == 9'231'114);
static_assert(Vgg16<>::parameter_count == 14'728'266);

}  // namespace norma::zoo
