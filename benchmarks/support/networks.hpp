#pragma once

#include "compare/network.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/linear.hpp"

/// The networks that are measured: the experiment's, and those that people know. All take 3 × 32 × 32 images.
namespace norma::bench {

using compare::Cifar10Net;

namespace detail {
/// Convolution (3 × 3, padding 1), norm, ReLU: keeps the size of the image.
template <int Channels, class Norm>
using Same = Block<Channels, 3, Norm, 1, 1>;
/// A residual block that keeps the shape: two 3 × 3 convolutions.
template <int Channels, class Norm>
using Keeping = Sequential<Residual<Same<Channels, Norm>, Conv2d<Channels, 3, 1, 1>, Norm>, ReLU>;
/// A residual block that halves the image, with a projected shortcut.
template <int Channels, class Norm>
using Halving = Sequential<ProjectedResidual<Sequential<Conv2d<Channels, 1, 2>, Norm>, Block<Channels, 3, Norm, 2, 1>,
                                             Conv2d<Channels, 3, 1, 1>, Norm>,
                           ReLU>;
}  // namespace detail

/// ResNet-20 for CIFAR-10 (He et al., 2016, section 4.2) with projected shortcuts: 41 million multiply-adds an image.
template <class Norm>
using ResNet20 = Network<Shape<3, 32, 32>, detail::Same<16, Norm>, detail::Keeping<16, Norm>, detail::Keeping<16, Norm>,
                         detail::Keeping<16, Norm>, detail::Halving<32, Norm>, detail::Keeping<32, Norm>,
                         detail::Keeping<32, Norm>, detail::Halving<64, Norm>, detail::Keeping<64, Norm>,
                         detail::Keeping<64, Norm>, GlobalAvgPool2d, Linear<10>>;

/// VGG-11 (Simonyan and Zisserman, 2015, column A) for CIFAR-10: a norm after each convolution, and one linear layer.
/// 153 million multiply-adds an image.
template <class Norm>
using Vgg11 = Network<Shape<3, 32, 32>, detail::Same<64, Norm>, MaxPool2d<2>, detail::Same<128, Norm>, MaxPool2d<2>,
                      detail::Same<256, Norm>, detail::Same<256, Norm>, MaxPool2d<2>, detail::Same<512, Norm>,
                      detail::Same<512, Norm>, MaxPool2d<2>, detail::Same<512, Norm>, detail::Same<512, Norm>,
                      MaxPool2d<2>, Linear<10>>;

/// ResNet-18 (He et al., 2016) for CIFAR-10: a 3 × 3 convolution and no pooling at its beginning. 556 million
/// multiply-adds an image.
template <class Norm>
using ResNet18 = Network<Shape<3, 32, 32>, detail::Same<64, Norm>, detail::Keeping<64, Norm>, detail::Keeping<64, Norm>,
                         detail::Halving<128, Norm>, detail::Keeping<128, Norm>, detail::Halving<256, Norm>,
                         detail::Keeping<256, Norm>, detail::Halving<512, Norm>, detail::Keeping<512, Norm>,
                         GlobalAvgPool2d, Linear<10>>;

}  // namespace norma::bench
