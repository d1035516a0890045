#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/layout.hpp"
#include "norma/core/target.hpp"
#include "norma/io/state_names.hpp"
#include "norma/io/tensor_view.hpp"
#include "norma/network/network.hpp"

/// The tensors of a network's state_dict, and where their numbers are in the network.
namespace norma::inline NORMA_TARGET::detail {

/// The names of one tensor: of each layer that has it.
struct TensorNames {
    std::string name;
    std::vector<std::string> other_names = {};  ///< if several layers share the tensor

    /// Calls `f` for each name.
    template <class F>
    void for_each_name(const F& f) const {
        f(name);
        for (const std::string& other : other_names) f(other);
    }
    /// Adds `other`, unless it is there.
    void add(const std::string& other) {
        if (other == name || std::ranges::find(other_names, other) != other_names.end()) return;
        other_names.push_back(other);
    }
};

/// One tensor of a state_dict.
template <class Net>
struct StateEntry : TensorNames {
    std::vector<std::int64_t> shape;
    std::span<typename Net::Scalar> numbers;  ///< its numbers in the network
    /// Sizes of three axes, in PyTorch's order; in the network the axes are in reverse order.
    std::array<std::size_t, 3> axes{};
};

/// A count of tracked batches, `num_batches_tracked` of a norm over the batch.
struct StateCount : TensorNames {
    std::int64_t uses = 1;  ///< of the norm: each counts, as in PyTorch
};

inline std::array<std::size_t, 3> axes_of(int first, int second, int third) {
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(second), static_cast<std::size_t>(third)};
}

/// What is before the names of each node's tensors: a prefix for each use, that of the node first.
template <class Net>
std::vector<std::vector<std::string>> state_prefixes(std::span<const std::string> modules) {
    constexpr auto& nodes = Net::graph.nodes;
    std::vector<std::vector<std::string>> prefixes(nodes.size());
    std::size_t module = 0;
    for (std::size_t i = 0; i < nodes.size() && module < modules.size(); ++i) {
        const OpFacts& facts = nodes[i].facts;
        if (facts.weight_count + facts.bias_count + facts.statistics_count == 0) continue;
        const std::string& path = modules[module++];
        const std::size_t source = nodes[i].source < 0 ? i : std::size_t(nodes[i].source);
        prefixes[source].push_back(path.empty() ? "" : path + ".");  // PyTorch's root has no name
    }
    return prefixes;
}

/// All tensors of a network's state_dict, except the counts of tracked batches, which are added to `counts`.
template <class Net>
std::vector<StateEntry<Net>> state_entries(Net& network, std::span<const std::string> modules,
                                           std::vector<StateCount>& counts) {
    using Entry = StateEntry<Net>;
    std::vector<Entry> entries;
    const std::vector<std::vector<std::string>> prefixes = state_prefixes<Net>(modules);
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
        if (prefixes[i].empty()) continue;
        const Node& node = Net::graph.nodes[i];
        const OpFacts& facts = node.facts;
        const std::string& prefix = prefixes[i].front();
        const auto add = [&](const char* what, std::span<typename Net::Scalar> all, long long offset, int count,
                             Entry entry) {
            if (count == 0) return;
            entry.name = prefix + what;
            for (const std::string& other : prefixes[i]) entry.add(other + what);
            entry.numbers = all.subspan(std::size_t(offset), std::size_t(count));
            if (entry.shape.empty()) {
                entry.shape = {count};
                entry.axes = axes_of(1, 1, count);
            }
            entries.push_back(std::move(entry));
        };
        Entry weight;
        Entry bias;
        if (const auto* convolution = std::get_if<ops::Convolution>(&node.op)) {
            const kernels::Convolution& c = convolution->shape;
            weight.axes = axes_of(c.output.channels, c.group_inputs(), c.kernel.pixels());
            weight.shape = {c.output.channels, c.group_inputs(), c.kernel.height, c.kernel.width};
            if (convolution->axes == 1) weight.shape = {c.output.channels, c.group_inputs(), c.kernel.width};
        } else if (const auto* depthwise = std::get_if<ops::Depthwise>(&node.op)) {
            const kernels::Depthwise& c = depthwise->shape;
            weight.axes = axes_of(c.output.channels, 1, c.kernel.pixels());
            weight.shape = {c.output.channels, 1, c.kernel.height, c.kernel.width};
        } else if (const auto* transposed = std::get_if<ops::TransposedConvolution>(&node.op)) {
            const kernels::Convolution& c = transposed->back;
            weight.axes = axes_of(c.output.channels, c.input.channels, c.kernel.pixels());
            weight.shape = {c.output.channels, c.input.channels, c.kernel.height, c.kernel.width};
        } else if (const auto* linear = std::get_if<ops::Linear>(&node.op)) {
            // norma flattens H×W×C, PyTorch C×H×W
            weight.axes = axes_of(linear->outputs, linear->input.channels, linear->input.pixels());
            weight.shape = {linear->outputs, linear->input.size()};
        } else if (std::holds_alternative<ops::LayerScale>(node.op)) {
            weight.axes = axes_of(1, 1, facts.weight_count);
            weight.shape = {facts.weight_count, 1, 1};
        } else if (const auto* norm = norm_in(node); norm != nullptr && norm->affine == kernels::Affine::per_element) {
            const Extent e = norm->extent;
            weight.axes = axes_of(e.channels, 1, e.pixels());
            weight.shape = {e.channels, e.height, e.width};
            bias = weight;
        }
        add("weight", network.parameters(), node.weight_offset, facts.weight_count, weight);
        add("bias", network.parameters(), node.bias_offset, facts.bias_count, bias);
        if (facts.statistics_count > 0) {
            add("running_mean", network.running_mean(), node.running_offset, facts.statistics_count, {});
            add("running_var", network.running_var(), node.running_offset, facts.statistics_count, {});
            const std::string what = "num_batches_tracked";
            counts.push_back({{prefix + what}, use_of(Net::graph.nodes, i).count});
            for (const std::string& other : prefixes[i]) counts.back().add(other + what);
        }
    }
    return entries;
}

/// The entry's numbers in PyTorch's layout.
template <class Net>
std::vector<typename Net::Scalar> in_pytorch_layout(const StateEntry<Net>& entry) {
    std::vector<typename Net::Scalar> numbers(entry.numbers.size());
    const auto [a, b, c] = entry.axes;
    reverse_axes<typename Net::Scalar>(entry.numbers, numbers, c, b, a);
    return numbers;
}

/// Writes the numbers of a tensor with these `axes` to `to` (`=`), in the order of reversed axes. It reads the file's
/// bytes directly, without a second copy of the weights.
template <class T>
void take_numbers(const TensorView& tensor, std::string_view name, const std::array<std::size_t, 3>& axes,
                  std::span<T> to) {
    visit_numbers<T>(tensor, name, [&](std::size_t, const auto& number) {
        const auto [a, b, c] = axes;
        for (std::size_t i = 0; i < a * b; ++i) {
            T* const first = to.data() + i % b * a + i / b;
            for (std::size_t k = 0; k < c; ++k) first[k * a * b] = number(i * c + k);
        }
    });
}

/// The names given by the caller, or `state_names<Net>()` if there are none.
/// @throws OptionError if there are not as many as learned parts, or two parts that share nothing have one name.
template <class Net>
std::vector<std::string> checked_names(std::span<const std::string> names) {
    std::vector<std::string> result(names.begin(), names.end());
    if (result.empty()) result = state_names<Net>();
    const std::size_t parts = learned_parts<Net>();
    std::vector<int> sources;  // of the parts
    for (int i = 0; const Node& node : Net::graph.nodes) {
        const OpFacts& facts = node.facts;
        if (facts.weight_count + facts.bias_count + facts.statistics_count > 0) {
            sources.push_back(node.source < 0 ? i : node.source);
        }
        ++i;
    }
    std::map<std::string_view, int> seen;
    for (std::size_t i = 0; const std::string& name : result) {
        const int source = i < parts ? sources[i] : -1;
        ++i;
        const auto [at, is_new] = seen.emplace(name, source);
        if (!is_new && (source < 0 || at->second != source)) {
            raise<OptionError>("names of learned parts: '" + name + "' is there twice; each part needs its own name");
        }
    }
    if (result.size() == parts) return result;
    raise<OptionError>("names of learned parts: " + std::to_string(result.size()) + " for a network with " +
                       std::to_string(parts) +
                       "; give one name for each convolution, linear layer and norm, in the order of summary(), or "
                       "specialise StateNames for your own layer");
}

}  // namespace norma::inline NORMA_TARGET::detail
