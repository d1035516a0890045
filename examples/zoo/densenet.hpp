#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

/// Appends `Growth` channels to those that it gets: conv1(relu(bn1(x))), a 3×3 convolution (Huang et al., 2017).
template <int Growth, class Norm>
struct DenseLayer {
    using Parts =
        Concat<Identity, Named<"", Sequential<Named<"bn1", Norm>, ReLU, Named<"conv1", Conv2d<Growth, 3, 1, 1>>>>>;

    static constexpr FixedString name() { return FixedString("DenseLayer<") << Growth << ", " << Norm::name() << ">"; }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};

namespace detail {
/// Names are those of andreasveit's densenet-pytorch.
template <int Growth, int Layers, class Norm>
using DenseBlock = Sequential<Named<"layer", Repeat<Layers, DenseLayer<Growth, Norm>>>>;
/// Between two blocks: a 1×1 convolution, and an average pool that halves the image.
template <int Channels, class Norm>
using Transition = Sequential<Named<"bn1", Norm>, ReLU, Named<"conv1", Conv2d<Channels, 1>>, AvgPool2d<2>>;
}  // namespace detail

/// DenseNet-40 with a growth of 12 channels for CIFAR-10, without bottlenecks and dropout.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10>
using DenseNet40x12 =
    Network<Input, Named<"conv1", Conv2d<16, 3, 1, 1>>, Named<"block1", detail::DenseBlock<12, 12, Norm>>,
            Named<"trans1", detail::Transition<160, Norm>>, Named<"block2", detail::DenseBlock<12, 12, Norm>>,
            Named<"trans2", detail::Transition<304, Norm>>, Named<"block3", detail::DenseBlock<12, 12, Norm>>,
            Named<"bn1", Norm>, ReLU, GlobalAvgPool2d, Named<"fc", Linear<Classes>>>;

static_assert(DenseNet40x12<>::parameter_count == 1'019'722);

}  // namespace norma::zoo
