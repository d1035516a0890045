#pragma once

#include "compare/network.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/relu.hpp"

/// The networks that are measured: the experiment's, and a larger one that everybody knows.
namespace norma::bench {

using compare::Cifar10Net;

namespace detail {
/// A residual block of ResNet-20 that keeps the shape: two 3 × 3 convolutions.
template <int Channels, class Norm>
using Keeping = Sequential<Residual<Block<Channels, 3, Norm, 1, 1>, Conv2d<Channels, 3, 1, 1>, Norm>, ReLU>;
/// One that halves the image and doubles the channels, with a projected shortcut.
template <int Channels, class Norm>
using Halving = Sequential<ProjectedResidual<Sequential<Conv2d<Channels, 1, 2>, Norm>, Block<Channels, 3, Norm, 2, 1>,
                                             Conv2d<Channels, 3, 1, 1>, Norm>,
                           ReLU>;
}  // namespace detail

/// ResNet-20 for CIFAR-10 (He et al., 2016, section 4.2) with projected shortcuts: 41 million multiply-adds an image.
template <class Norm>
using ResNet20 = Network<Shape<3, 32, 32>, Block<16, 3, Norm, 1, 1>, detail::Keeping<16, Norm>,
                         detail::Keeping<16, Norm>, detail::Keeping<16, Norm>, detail::Halving<32, Norm>,
                         detail::Keeping<32, Norm>, detail::Keeping<32, Norm>, detail::Halving<64, Norm>,
                         detail::Keeping<64, Norm>, detail::Keeping<64, Norm>, GlobalAvgPool2d, Linear<10>>;

}  // namespace norma::bench
