#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

namespace detail {
/// Filters of `Kernel` numbers in time, a norm, ReLU, and the largest of each four.
template <Literal Conv, Literal Bn, int Channels, int Kernel, class Norm, int Stride = 1>
using M5Stage =
    Named<"",
          Sequential<Named<Conv, Conv1d<Channels, Kernel, Stride, 0, Bias::yes>>, Named<Bn, Norm>, ReLU, MaxPool1d<4>>>;
}  // namespace detail

/// M5 on raw sound (Dai et al., 2017) as in PyTorch's tutorial on Speech Commands: a second of 8,000 numbers, 35 words.
template <class Norm = BatchNorm, ShapeType Input = Shape<1, 1, 8000>, int Classes = 35>
using M5 = Network<Input, detail::M5Stage<"conv1", "bn1", 32, 80, Norm, 16>,
                   detail::M5Stage<"conv2", "bn2", 32, 3, Norm>, detail::M5Stage<"conv3", "bn3", 64, 3, Norm>,
                   detail::M5Stage<"conv4", "bn4", 64, 3, Norm>, GlobalAvgPool2d, Named<"fc1", Linear<Classes>>>;

static_assert(M5<>::parameter_count == 26'915);

}  // namespace norma::zoo
