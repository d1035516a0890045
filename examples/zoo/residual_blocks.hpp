#pragma once

#include "norma/norma.hpp"
#include "norma/io/state_names.hpp"

/// Parts of residual networks, with the names of torchvision's modules.
namespace norma::zoo {

/// relu(shortcut(x) + bn2(conv2(relu(bn1(conv1(x)))))) of 3×3 convolutions (He et al., 2016). The shortcut is x itself,
/// or a 1×1 convolution with a norm, `downsample`, where the block changes the shape.
template <int Channels, class Norm, int Stride = 1, bool Projects = Stride != 1>
struct BasicBlock {
    /// conv1 to bn2.
    using Branch = Sequential<Named<"conv1", Conv2d<Channels, 3, Stride, 1>>, Named<"bn1", Norm>, ReLU,
                              Named<"conv2", Conv2d<Channels, 3, 1, 1>>, Named<"bn2", Norm>>;
    /// What changes the shape.
    using Downsample = Sequential<Conv2d<Channels, 1, Stride>, Norm>;
    /// The sum.
    using Sum = std::conditional_t<Projects, ProjectedResidual<Downsample, Branch>, Residual<Branch>>;

    static constexpr Sentence name() {
        return Sentence("BasicBlock<") << Channels << ", " << Norm::name() << ", " << Stride << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        append_layer<Sum>(builder);
        append_layer<ReLU>(builder);
    }
};

}  // namespace norma::zoo
