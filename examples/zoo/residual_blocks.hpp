#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "norma/network/state_names.hpp"
#include "norma/norma.hpp"

/// Parts of residual networks, with the names of their modules in PyTorch.
namespace norma::zoo {

/// The shortcut of a block that changes the shape: a strided 1×1 convolution with a norm, with torchvision's name.
template <int Channels, class Norm, int Stride>
using Downsample = Named<"downsample", Sequential<Conv2d<Channels, 1, Stride>, Norm>>;

/// y = relu(shortcut(x) + bn2(conv2(relu(bn1(conv1(x)))))) of 3×3 convolutions (He et al., 2016). The shortcut is x
/// itself or, where the block changes the shape, the layer `Shortcut`. Layers `Last` may follow bn2. Names are
/// torchvision's.
template <int Channels, class Norm, int Stride = 1, class Shortcut = Downsample<Channels, Norm, Stride>, class... Last>
struct BasicBlock {
    template <template <class...> class Joined, class... First>
    using With = Joined<First..., Named<"conv1", Conv2d<Channels, 3, Stride, 1>>, Named<"bn1", Norm>, ReLU,
                        Named<"conv2", Conv2d<Channels, 3, 1, 1>>, Named<"bn2", Norm>, Last...>;
    using Parts = std::conditional_t<Stride == 1, With<Residual>, With<ProjectedResidual, Shortcut>>;

    static constexpr FixedString name() {
        return FixedString("BasicBlock<") << Channels << ", " << Norm::name() << ", " << Stride << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        append_layer<Parts>(builder);
        append_layer<ReLU>(builder);
    }
};

/// y = shortcut(a) + conv2(relu(bn2(conv1(a)))) with a = relu(bn1(x)), of 3×3 convolutions (He et al., 2016, "Identity
/// mappings"). The shortcut is x or, with a `Shortcut` such as `Named<"shortcut", Conv2d<Channels, 1, Stride>>`, that
/// layer of a.
template <int Channels, class Norm, int Stride = 1, class Shortcut = void>
struct PreActBlock {
    using Conv1 = Named<"conv1", Conv2d<Channels, 3, Stride, 1>>;
    using Conv2 = Named<"conv2", Conv2d<Channels, 3, 1, 1>>;
    using First = Named<"bn1", Norm>;
    using Second = Named<"bn2", Norm>;
    using Parts =
        std::conditional_t<std::is_void_v<Shortcut>, Residual<First, ReLU, Conv1, Second, ReLU, Conv2>,
                           Sequential<First, ReLU, Named<"", ProjectedResidual<Shortcut, Conv1, Second, ReLU, Conv2>>>>;

    static constexpr FixedString name() {
        return FixedString("PreActBlock<") << Channels << ", " << Norm::name() << ", " << Stride << ">";
    }
    static constexpr void append(GraphBuilder& builder) { append_layer<Parts>(builder); }
};

/// The block `First`, which may change the shape, and `Count - 1` blocks `Rest`, numbered from 0 in files.
template <int Count, class First, class Rest>
struct Stage {
    static constexpr FixedString name() {
        return FixedString("Stage<") << Count << ", " << First::name() << ", " << Rest::name() << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        append_layer<First>(builder);
        for (int i = 1; i < Count; ++i) append_layer<Rest>(builder);
    }
};

}  // namespace norma::zoo

template <int Count, class First, class Rest>
struct norma::StateNames<norma::zoo::Stage<Count, First, Rest>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        StateNames<First>::append(path + ".0", names);
        for (int i = 1; i < Count; ++i) StateNames<Rest>::append(path + "." + std::to_string(i), names);
    }
};
