#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "norma/io/state_names.hpp"
#include "norma/norma.hpp"

/// Parts of residual networks, with the names of torchvision's modules.
namespace norma::zoo {

/// y = relu(shortcut(x) + bn2(conv2(relu(bn1(conv1(x)))))) of 3×3 convolutions (He et al., 2016). The shortcut is x
/// itself or, where the block changes the shape, a strided 1×1 convolution with a norm, called `downsample`.
template <int Channels, class Norm, int Stride = 1>
struct BasicBlock {
    using Branch = Sequential<Conv2d<Channels, 3, Stride, 1>, Norm, ReLU, Conv2d<Channels, 3, 1, 1>, Norm>;
    using Downsample = Sequential<Conv2d<Channels, 1, Stride>, Norm>;
    static constexpr bool projects = Stride != 1;

    static constexpr Sentence name() {
        return Sentence("BasicBlock<") << Channels << ", " << Norm::name() << ", " << Stride << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        append_layer<std::conditional_t<projects, ProjectedResidual<Downsample, Branch>, Residual<Branch>>>(builder);
        append_layer<ReLU>(builder);
    }
};

}  // namespace norma::zoo

/// In the order of execution: the shortcut comes first.
template <int Channels, class Norm, int Stride>
struct norma::StateNames<norma::zoo::BasicBlock<Channels, Norm, Stride>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        if constexpr (norma::zoo::BasicBlock<Channels, Norm, Stride>::projects) {
            names.push_back(path + ".downsample.0");
            StateNames<Norm>::append(path + ".downsample.1", names);
        }
        for (const char* const number : {"1", "2"}) {
            names.push_back(path + ".conv" + number);
            StateNames<Norm>::append(path + ".bn" + number, names);
        }
    }
};
