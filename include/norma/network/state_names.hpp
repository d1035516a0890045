#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv1d.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/conv_transpose2d.hpp"
#include "norma/layers/depthwise_conv2d.hpp"
#include "norma/layers/gate.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/named.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/prelu.hpp"
#include "norma/layers/repeat.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/scale.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/layers/shared.hpp"
#include "norma/layers/tap.hpp"
#include "norma/network/network.hpp"

/// The names of a network's learned parts in PyTorch's state_dict. The network in PyTorch must be an `nn.Sequential`
/// with one module for each layer. Children of a module are numbered from 0, also those without parameters. `Block` is
/// nn.Sequential(Conv2d, norm, ReLU); `Residual` is a module whose children are the layers of its branch, for instance
///
///     class Residual(nn.Sequential):
///         def forward(self, x): return x + super().forward(x)
///
/// `Gate` is the same with a product. `Concat` and `Sum` have their branches as children: `torch.cat([branch(x) for
/// branch in self], 1)`. `ProjectedResidual` has the children `shortcut` and `branch`; the layers of the branch are
/// numbered from 0. If its shortcut is `Named`, both are children of one module, as in torchvision's blocks: the
/// shortcut by its name, beside the layers of the branch. A `Shared` layer is one module in several places: it has a
/// name at each, as in PyTorch's state_dict, or one name if it is `Named` in one parent.
namespace norma::inline NORMA_TARGET {

/// Appends the names of the learned parts of layer `L` to `names`, in order of execution; `path` is the layer's own
/// name. A layer of your own that consists of other layers names them in a type `Parts`, for instance
/// `using Parts = Sequential<…>`, or specialises this. A norm needs neither.
template <class L>
struct StateNames {
    static void append(const std::string& path, std::vector<std::string>& names) {
        if constexpr (requires { typename L::Parts; }) {
            StateNames<typename L::Parts>::append(path, names);
        } else if constexpr (NormPolicy<L>) {
            if (L::normalises && (L::affine != Affine::none || L::over_batch)) names.push_back(path);
        }
    }
};

namespace detail {
/// The path of a child. One with the empty name has its parent's path, so its own children are its parent's.
[[gnu::cold]] NORMA_NOINLINE inline std::string named_path(std::string_view path, std::string_view name) {
    return joined_text({path, path.empty() || name.empty() ? "" : ".", name});
}
[[gnu::cold]] NORMA_NOINLINE inline std::string numbered_path(std::string_view path, int number) {
    return named_path(path, joined_text({number}));
}
/// The same of a child of type `L`, whose name is its number, unless it has a name of its own.
template <class L>
std::string child_path(const std::string& path, int number) {
    if constexpr (requires { L::state_name(); }) {
        return named_path(path, L::state_name());
    } else {
        return numbered_path(path, number);
    }
}
template <class... Children>
[[gnu::cold]] void append_children(const std::string& path, std::vector<std::string>& names) {
    int child = 0;
    (StateNames<Children>::append(child_path<Children>(path, child++), names), ...);
}
}  // namespace detail

template <int OutChannels, Size Kernel, Size Stride, Size Padding, Bias WithBias, Size Dilation, int Groups>
struct StateNames<Conv2d<OutChannels, Kernel, Stride, Padding, WithBias, Dilation, Groups>> {
    static void append(const std::string& path, std::vector<std::string>& names) { names.push_back(path); }
};

template <Size Kernel, Size Stride, Size Padding, Bias WithBias, int Multiplier, Size Dilation>
struct StateNames<DepthwiseConv2d<Kernel, Stride, Padding, WithBias, Multiplier, Dilation>> {
    static void append(const std::string& path, std::vector<std::string>& names) { names.push_back(path); }
};

template <int OutChannels, Size Kernel, Size Stride, Size Padding, Size OutputPadding, Bias WithBias>
struct StateNames<ConvTranspose2d<OutChannels, Kernel, Stride, Padding, OutputPadding, WithBias>> {
    static void append(const std::string& path, std::vector<std::string>& names) { names.push_back(path); }
};

template <int OutChannels, int Kernel, int Stride, int Padding, Bias WithBias, int Dilation, int Groups>
struct StateNames<Conv1d<OutChannels, Kernel, Stride, Padding, WithBias, Dilation, Groups>> {
    static void append(const std::string& path, std::vector<std::string>& names) { names.push_back(path); }
};

template <int OutFeatures, Bias WithBias>
struct StateNames<Linear<OutFeatures, WithBias>> {
    static void append(const std::string& path, std::vector<std::string>& names) { names.push_back(path); }
};

template <int OutChannels, Size Kernel, class Norm, Size Stride, Size Padding>
struct StateNames<Block<OutChannels, Kernel, Norm, Stride, Padding>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        detail::append_children<Conv2d<OutChannels, Kernel, Stride, Padding>, Norm>(path, names);
    }
};

template <class... Layers>
struct StateNames<Sequential<Layers...>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        detail::append_children<Layers...>(path, names);
    }
};

template <int Count, class L>
struct StateNames<Repeat<Count, L>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        for (int i = 0; i < Count; ++i) StateNames<L>::append(detail::child_path<L>(path, i), names);
    }
};

template <Literal Name, class L>
struct StateNames<Named<Name, L>> : StateNames<L> {};

template <Literal Name, class... Head>
struct StateNames<Tap<Name, Head...>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        detail::append_children<Head...>(path, names);
    }
};

template <Literal Name, class L>
struct StateNames<Shared<Name, L>> : StateNames<L> {};

template <class... Branch>
struct StateNames<Residual<Branch...>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        detail::append_children<Branch...>(path, names);
    }
};

template <class Shortcut, class... Branch>
struct StateNames<ProjectedResidual<Shortcut, Branch...>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        if constexpr (requires { Shortcut::state_name(); }) {
            StateNames<Shortcut>::append(detail::child_path<Shortcut>(path, 0), names);
            detail::append_children<Branch...>(path, names);
        } else {
            StateNames<Shortcut>::append(path + ".shortcut", names);
            detail::append_children<Branch...>(path + ".branch", names);
        }
    }
};

template <class... Branches>
struct StateNames<Concat<Branches...>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        detail::append_children<Branches...>(path, names);
    }
};

template <class... Branches>
struct StateNames<Sum<Branches...>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        detail::append_children<Branches...>(path, names);
    }
};

template <class... Branch>
struct StateNames<Gate<Branch...>> {
    static void append(const std::string& path, std::vector<std::string>& names) {
        detail::append_children<Branch...>(path, names);
    }
};

template <Slopes Of, Fraction Initial>
struct StateNames<PReLU<Of, Initial>> {
    static void append(const std::string& path, std::vector<std::string>& names) { names.push_back(path); }
};

template <Fraction Initial>
struct StateNames<LayerScale<Initial>> {
    static void append(const std::string& path, std::vector<std::string>& names) { names.push_back(path); }
};

namespace detail {
template <class Net>
struct NetworkNames;
template <class T, class Input, class... Layers>
struct NetworkNames<BasicNetwork<T, Input, Layers...>> {
    static std::vector<std::string> get() {
        std::vector<std::string> names;
        append_children<Layers...>("", names);
        return names;
    }
};
}  // namespace detail

/// The names of the network's learned parts, in order of execution; each use of a shared one has its own. For the
/// experiment's network: "0.0" (the convolution of the first block), "0.1" (its norm), …, "2.0.0" (the convolution in
/// the first residual), …
template <class Net>
std::vector<std::string> state_names() {
    return detail::NetworkNames<Net>::get();
}

namespace detail {
/// Does a node have parameters or running statistics?
constexpr bool is_learned(const Node& node) {
    return node.facts.weight_count + node.facts.bias_count + node.facts.statistics_count > 0;
}
}  // namespace detail

/// Number of learned parts, those with parameters or running statistics: convolutions, linear layers and norms. Each
/// use of a shared one counts.
template <class Net>
constexpr std::size_t learned_parts() {
    std::size_t count = 0;
    for (const Node& node : Net::graph.nodes) count += detail::is_learned(node) ? 1 : 0;
    return count;
}

namespace detail {
/// Returns `names`, the names of the learned parts of `nodes`.
/// @throws OptionError if there are not as many as learned parts, or two parts that share nothing have one name.
template <class = void>
[[gnu::cold]] std::vector<std::string> checked_names(std::span<const Node> nodes, std::vector<std::string> names) {
    std::vector<int> sources;  // of the parts
    for (int i = 0; const Node& node : nodes) {
        if (is_learned(node)) sources.push_back(node.source < 0 ? i : node.source);
        ++i;
    }
    std::map<std::string_view, int> seen;
    for (std::size_t i = 0; const std::string& name : names) {
        const int source = i < sources.size() ? sources[i] : -1;
        ++i;
        const auto [at, is_new] = seen.emplace(name, source);
        if (!is_new && (source < 0 || at->second != source)) {
            raise<OptionError>({"names of learned parts: '", name, "' is there twice; each part needs its own name"});
        }
    }
    if (names.size() == sources.size()) return names;
    raise<OptionError>({"names of learned parts: ", names.size(), " for a network with ", sources.size(),
                        "; give one name for each convolution, linear layer and norm, in the order of summary(), or "
                        "specialise StateNames for your own layer"});
}

/// The names given by the caller, or `state_names<Net>()` if there are none.
/// @throws as above.
template <class Net>
std::vector<std::string> checked_names(std::span<const std::string> names) {
    return checked_names(Net::graph.nodes,
                         names.empty() ? state_names<Net>() : std::vector<std::string>(names.begin(), names.end()));
}

/// What is before the names of each node's tensors: a prefix for each use, that of the node first.
template <class = void>
[[gnu::cold]] std::vector<std::vector<std::string>> state_prefixes(std::span<const Node> nodes,
                                                                   std::span<const std::string> modules) {
    std::vector<std::vector<std::string>> prefixes(nodes.size());
    std::size_t module = 0;
    for (std::size_t i = 0; i < nodes.size() && module < modules.size(); ++i) {
        if (!is_learned(nodes[i])) continue;
        const std::string& path = modules[module++];
        const std::size_t source = nodes[i].source < 0 ? i : std::size_t(nodes[i].source);
        prefixes[source].push_back(path.empty() ? "" : path + ".");  // PyTorch's root has no name
    }
    return prefixes;
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
