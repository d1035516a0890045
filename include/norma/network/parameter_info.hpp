#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/network/state_names.hpp"

namespace norma::inline NORMA_TARGET {

/// What a parameter is.
enum class ParameterKind {
    convolution_weight,  ///< of any convolution, also depthwise or transposed
    linear_weight,       ///< of a linear layer
    bias,                ///< of a convolution or linear layer
    norm_weight,         ///< of a norm
    norm_bias,           ///< of a norm
    other                ///< slopes of a PReLU, weights of a `LayerScale`
};

/// One of PyTorch's parameters: a tensor of learned numbers, and its place in `Net::parameters()`.
struct ParameterInfo {
    std::string name = {};                      ///< in PyTorch's state_dict: "0.0.weight"
    std::string layer = {};                     ///< PyTorch's name for its module: "0.0"
    ParameterKind kind = ParameterKind::other;  ///< what it is
    std::vector<std::int64_t> shape = {};       ///< in PyTorch
    std::array<std::size_t, 3> axes{1, 1, 1};  ///< three sizes in PyTorch's order; in the network the axes are reversed
    std::size_t offset = 0;                    ///< of its first number in the array of parameters
    std::size_t size = 0;                      ///< its numbers
    int node = 0;                              ///< of the network's graph
    std::vector<std::string> other_names = {};  ///< if several layers share it

    /// Is this its name, or one of its other names?
    bool has_name(std::string_view wanted) const {
        bool has = name == wanted;
        for (const std::string& other : other_names) has = has || other == wanted;
        return has;
    }
    /// Is it in the module `path`, which is its layer or contains it? "2" contains "2.0", but not "20". With the empty
    /// path true.
    bool is_in(std::string_view path) const {
        const auto begins = [&](std::string_view full) {
            return path.empty() || (full.starts_with(path) && full.substr(path.size()).starts_with("."));
        };
        bool is_there = begins(name);
        for (const std::string& other : other_names) is_there = is_there || begins(other);
        return is_there;
    }
};

namespace detail {
/// Writes what follows from the op of `node`: the kind, the shape and the axes of its weight, and of its bias.
template <class = void>
[[gnu::cold]] void describe(const Node& node, ParameterInfo& weight, ParameterInfo& bias) {
    const auto set = [](ParameterInfo& info, ParameterKind kind, std::array<int, 3> axes,
                        std::vector<std::int64_t> shape) {
        info.kind = kind;
        info.axes = {std::size_t(axes[0]), std::size_t(axes[1]), std::size_t(axes[2])};
        info.shape = std::move(shape);
    };
    const auto set_convolution = [&](int first, int second, Size kernel, bool has_rows) {
        set(weight, ParameterKind::convolution_weight, {first, second, kernel.pixels()}, {first, second});
        if (has_rows) weight.shape.push_back(kernel.height);
        weight.shape.push_back(kernel.width);
        bias.kind = ParameterKind::bias;
    };
    if (const auto* convolution = std::get_if<ops::Convolution>(&node.op)) {
        const kernels::Convolution& c = convolution->shape;
        set_convolution(c.output.channels, c.group_inputs(), c.kernel, convolution->axes != 1);
    } else if (const auto* depthwise = std::get_if<ops::Depthwise>(&node.op)) {
        set_convolution(depthwise->shape.output.channels, 1, depthwise->shape.kernel, true);
    } else if (const auto* transposed = std::get_if<ops::TransposedConvolution>(&node.op)) {
        const kernels::Convolution& c = transposed->back;
        set_convolution(c.output.channels, c.input.channels, c.kernel, true);
    } else if (const auto* linear = std::get_if<ops::Linear>(&node.op)) {
        // norma flattens H×W×C, PyTorch C×H×W
        set(weight, ParameterKind::linear_weight, {linear->outputs, linear->input.channels, linear->input.pixels()},
            {linear->outputs, linear->input.size()});
        bias.kind = ParameterKind::bias;
    } else if (std::holds_alternative<ops::LayerScale>(node.op)) {
        set(weight, ParameterKind::other, {1, 1, node.facts.weight_count}, {node.facts.weight_count, 1, 1});
    } else if (const auto* norm = norm_in(node); norm != nullptr) {
        weight.kind = ParameterKind::norm_weight;
        bias.kind = ParameterKind::norm_bias;
        if (norm->affine != kernels::Affine::per_element) return;
        const Extent e = norm->extent;
        for (ParameterInfo* info : {&weight, &bias}) {
            set(*info, info->kind, {e.channels, 1, e.pixels()}, {e.channels, e.height, e.width});
        }
    }
}

/// The parameters of `nodes`, whose learned parts have the names `modules`.
template <class = void>
[[gnu::cold]] std::vector<ParameterInfo> parameter_infos(std::span<const Node> nodes,
                                                         std::span<const std::string> modules) {
    std::vector<ParameterInfo> all;
    const std::vector<std::vector<std::string>> prefixes = state_prefixes(nodes, modules);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (prefixes[i].empty()) continue;
        const Node& node = nodes[i];
        const auto add = [&](const char* what, long long offset, int count, ParameterInfo info) {
            if (count == 0) return;
            const std::string& first = prefixes[i].front();
            info.name = first + what;
            info.layer = first.substr(0, first.empty() ? 0 : first.size() - 1);
            for (const std::string& prefix : prefixes[i]) {
                const std::string name = prefix + what;
                if (!info.has_name(name)) {
                    info.other_names.push_back(name);
                }
            }
            info.offset = std::size_t(offset);
            info.size = std::size_t(count);
            info.node = static_cast<int>(i);
            if (info.shape.empty()) {
                info.shape = {count};
                info.axes = {1, 1, info.size};
            }
            all.push_back(std::move(info));
        };
        ParameterInfo weight;
        ParameterInfo bias;
        describe(node, weight, bias);
        add("weight", node.weight_offset, node.facts.weight_count, std::move(weight));
        add("bias", node.bias_offset, node.facts.bias_count, std::move(bias));
    }
    return all;
}
}  // namespace detail

/// The parameters of the network `Net`, in the order of `Net::parameters()`; a shared one once.
/// @throws OptionError if a layer has parameters but no names, see `StateNames`.
template <class Net>
[[gnu::cold]] std::vector<ParameterInfo> parameter_infos() {
    return detail::parameter_infos(Net::graph.nodes, detail::checked_names<Net>({}));
}

}  // namespace norma::inline NORMA_TARGET
