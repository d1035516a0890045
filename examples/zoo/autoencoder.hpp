#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

/// A convolutional autoencoder of numbers from 0 to 1: two strided convolutions, and two transposed ones back.
template <ShapeType Input = Shape<3, 32, 32>>
using Autoencoder =
    Network<Input,
            Named<"encoder", Sequential<Conv2d<16, 3, 2, 1, Bias::yes>, ReLU, Conv2d<32, 3, 2, 1, Bias::yes>, ReLU>>,
            Named<"decoder", Sequential<ConvTranspose2d<16, 3, 2, 1, 1, Bias::yes>, ReLU,
                                        ConvTranspose2d<Input::channels, 3, 2, 1, 1, Bias::yes>, Sigmoid>>>;

static_assert(Autoencoder<>::parameter_count == 10'147);

}  // namespace norma::zoo
