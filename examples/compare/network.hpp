#pragma once

#include <ratio>

#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/network/network.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"

namespace norma::compare {

/// The experiment's network, for colour images of 32 × 32 pixels. With smaller images it does not compile.
template <class Norm>
using Cifar10Net = Network<Shape<3, 32, 32>, Block<16, 3, Norm>, Block<16, 3, Norm>, Residual<Block<16, 1, Norm>>,
                           Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Block<32, 3, Norm>, Block<32, 3, Norm>,
                           Residual<Block<32, 1, Norm>>, Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Block<32, 3, Norm>,
                           Block<32, 3, Norm>, Conv2d<10, 1>, GlobalAvgPool2d, Residual<Conv2d<10, 1>>>;

static_assert(Cifar10Net<BatchNorm>::parameter_count == 37'108);
static_assert(Cifar10Net<GroupNorm<2>>::parameter_count == 37'108);
static_assert(Cifar10Net<LayerNorm>::parameter_count == 138'324);

}  // namespace norma::compare
