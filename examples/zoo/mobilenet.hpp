#pragma once

#include <ratio>
#include <type_traits>

#include "norma/norma.hpp"
#include "zoo/joined.hpp"

namespace norma::zoo {

/// Expands the channels with a 1×1 convolution, filters each with a depthwise 3×3, and projects them to `Out` with a
/// 1×1 convolution; around it a shortcut, if the shape stays (Sandler et al., 2018). Names are torchvision's.
template <int In, int Out, class Norm, int Stride = 1, int Expansion = 6>
struct InvertedResidual {
    using Expand = Sequential<Conv2d<In * Expansion, 1>, Norm, ReLU6>;
    using Filter = Sequential<DepthwiseConv2d<3, Stride, 1>, Norm, ReLU6>;
    using Project = Conv2d<Out, 1>;
    using Branch = Named<"conv", std::conditional_t<Expansion == 1, Sequential<Filter, Project, Norm>,
                                                    Sequential<Expand, Filter, Project, Norm>>>;
    using Parts = std::conditional_t<Stride == 1 && In == Out, Residual<Branch>, Sequential<Branch>>;

    static constexpr FixedString name() {
        return FixedString("InvertedResidual<") << In << ", " << Out << ", " << Norm::name() << ", " << Stride << ">";
    }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};

namespace detail {
/// The blocks of a row of the paper's table: only the first changes the channels and the size.
template <int In, int Out, int Count, int Stride, class Norm>
using InvertedResiduals =
    Joined<Sequential<InvertedResidual<In, Out, Norm, Stride>>, Repeated<Count - 1, InvertedResidual<Out, Out, Norm>>>;
}  // namespace detail

/// MobileNetV2 for CIFAR-10: torchvision's network, whose first two strides of 2 are 1. `Dropped` is the probability of
/// dropout before the classifier.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 32, 32>, int Classes = 10,
          class Dropped = std::ratio<1, 5>>
using MobileNetV2 = Network<
    Input,
    Named<"features",
          Joined<Sequential<Sequential<Conv2d<32, 3, 1, 1>, Norm, ReLU6>, InvertedResidual<32, 16, Norm, 1, 1>>,
                 detail::InvertedResiduals<16, 24, 2, 1, Norm>, detail::InvertedResiduals<24, 32, 3, 2, Norm>,
                 detail::InvertedResiduals<32, 64, 4, 2, Norm>, detail::InvertedResiduals<64, 96, 3, 1, Norm>,
                 detail::InvertedResiduals<96, 160, 3, 2, Norm>, detail::InvertedResiduals<160, 320, 1, 1, Norm>,
                 Sequential<Sequential<Conv2d<1280, 1>, Norm, ReLU6>>>>,
    GlobalAvgPool2d, Named<"classifier", Sequential<Dropout<Dropped>, Linear<Classes>>>>;

static_assert(MobileNetV2<>::parameter_count == 2'236'682);

}  // namespace norma::zoo
