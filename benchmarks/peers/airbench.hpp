#pragma once

#include "norma/norma.hpp"

namespace norma::bench {

/// Two 3×3 convolutions, a pool after the first, each with norm and ReLU.
template <int Channels, class Norm>
using AirbenchGroup =
    Sequential<Conv2d<Channels, 3, 1, 1>, MaxPool2d<2>, Norm, ReLU, Conv2d<Channels, 3, 1, 1>, Norm, ReLU>;

/// The shape of airbench94 (Jordan, 2024), a network that trains fast on a GPU: few wide layers. ReLU stands for its
/// GELU.
template <class Norm>
using Airbench = Network<Shape<3, 32, 32>, Conv2d<24, 2, 1, 0, Bias::yes>, ReLU, AirbenchGroup<64, Norm>,
                         AirbenchGroup<256, Norm>, AirbenchGroup<256, Norm>, MaxPool2d<3>, Linear<10>>;

}  // namespace norma::bench
