#pragma once

#include <ratio>

#include "norma/norma.hpp"

namespace norma::zoo {

/// A 1×1 convolution to few channels, then a 1×1 and a 3×3 convolution side by side, all with ReLU (Iandola et al.,
/// 2016). Names are torchvision's.
template <int Squeeze, int Expand>
struct Fire {
    template <Literal Name, int Channels, int Kernel>
    using Conv = Named<"", Sequential<Named<Name, Conv2d<Channels, Kernel, 1, Kernel / 2, Bias::yes>>, ReLU>>;
    using Parts = Sequential<Conv<"squeeze", Squeeze, 1>,
                             Named<"", Concat<Conv<"expand1x1", Expand, 1>, Conv<"expand3x3", Expand, 3>>>>;

    static constexpr FixedString name() { return FixedString("Fire<") << Squeeze << ", " << Expand << ">"; }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};

/// SqueezeNet 1.1 for ImageNet. Its pools round down; for images of 224×224 that is torchvision's network, which rounds
/// up. `Dropped` is the probability of dropout before the classifier.
template <ShapeType Input = Shape<3, 224, 224>, int Classes = 1000, class Dropped = std::ratio<1, 2>>
using SqueezeNet = Network<
    Input,
    Named<"features", Sequential<Conv2d<64, 3, 2, 0, Bias::yes>, ReLU, MaxPool2d<3, 2>, Fire<16, 64>, Fire<16, 64>,
                                 MaxPool2d<3, 2>, Fire<32, 128>, Fire<32, 128>, MaxPool2d<3, 2>, Fire<48, 192>,
                                 Fire<48, 192>, Fire<64, 256>, Fire<64, 256>>>,
    Named<"classifier", Sequential<Dropout<Dropped>, Conv2d<Classes, 1, 1, 0, Bias::yes>, ReLU, GlobalAvgPool2d>>>;

static_assert(SqueezeNet<>::parameter_count == 1'235'496);

}  // namespace norma::zoo
