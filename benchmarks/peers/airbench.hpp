#pragma once

#include "cifar94/network.hpp"
#include "norma/norma.hpp"

namespace norma::bench {

/// The network of examples/cifar94 with ReLU in place of its GELU, and no factor after a last layer with bias.
template <class Norm>
using Airbench =
    Network<Shape<3, 32, 32>, Conv2d<24, 2, 1, 0, Bias::yes>, ReLU, cifar94::AirbenchGroup<64, Norm, ReLU>,
            cifar94::AirbenchGroup<256, Norm, ReLU>, cifar94::AirbenchGroup<256, Norm, ReLU>, MaxPool2d<3>, Linear<10>>;

}  // namespace norma::bench
