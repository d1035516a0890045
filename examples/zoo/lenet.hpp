#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

/// LeNet-5 for MNIST (LeCun et al., 1998) as it is taught today: tanh, average pools, and the images of 28×28 padded to
/// 32×32 by the first convolution.
template <ShapeType Input = Shape<1, 28, 28>, int Classes = 10>
using LeNet5 = Network<Input, Named<"conv1", Conv2d<6, 5, 1, 2, Bias::yes>>, Tanh, AvgPool2d<2>,
                       Named<"conv2", Conv2d<16, 5, 1, 0, Bias::yes>>, Tanh, AvgPool2d<2>, Named<"fc1", Linear<120>>,
                       Tanh, Named<"fc2", Linear<84>>, Tanh, Named<"fc3", Linear<Classes>>>;

static_assert(LeNet5<>::parameter_count == 61'706);

}  // namespace norma::zoo
