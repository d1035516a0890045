#pragma once

#include <type_traits>

#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/scale.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/network/network.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"

namespace norma::cifar94 {

/// Two 3×3 convolutions of `Channels` filters, a pool after the first, each with norm and activation.
template <int Channels, class Norm, class Activation = GELU>
using AirbenchGroup =
    Sequential<Conv2d<Channels, 3, 1, 1>, MaxPool2d<2>, Norm, Activation, Conv2d<Channels, 3, 1, 1>, Norm, Activation>;

/// airbench94's network (Jordan, 2024, arXiv 2404.00498), for normalised images of 32 × 32 pixels. Its first
/// convolution whitens patches of 2 × 2 pixels, so it has 12 filters and their negatives. `Width`: channels of the
/// first group; the others have four times as many.
template <class Norm, int Width = 64>
using Airbench94 = Network<Shape<3, 32, 32>, Conv2d<24, 2, 1, 0, Bias::yes>, GELU, AirbenchGroup<Width, Norm>,
                           AirbenchGroup<4 * Width, Norm>, AirbenchGroup<4 * Width, Norm>, MaxPool2d<3>,
                           Linear<10, Bias::no>, Scale<Fraction{1, 9}>>;

/// The norms that are compared. Batch norm has the recipe's ε and momentum, the others have PyTorch's defaults.
using Batch = BasicBatchNorm<BatchNormOptions{.epsilon = {1, 1'000'000'000'000}, .momentum = {2, 5}}>;
inline constexpr int groups = 16;  ///< of 4 channels in the first group of layers, of 16 in the others
using Group = GroupNorm<groups>;
using Layer = LayerNorm;
using None = NoNorm;

/// The network with a norm that `predict` knows by its name: its batch norm is the recipe's.
template <class Norm>
using Airbench94With = Airbench94<std::conditional_t<std::is_same_v<Norm, BatchNorm>, Batch, Norm>>;

static_assert(Airbench94<Batch>::parameter_count == 1'972'792);
static_assert(Airbench94<Batch>::multiply_adds == 118'147'360);
static_assert(Airbench94<Group>::parameter_count == 1'972'792);

}  // namespace norma::cifar94
