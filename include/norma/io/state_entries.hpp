#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/layout.hpp"
#include "norma/core/target.hpp"
#include "norma/io/tensor_view.hpp"
#include "norma/network/network.hpp"
#include "norma/network/parameter_info.hpp"

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

/// All tensors of a network's state_dict, node after node: weight, bias, running statistics. The counts of tracked
/// batches are added to `counts`.
template <class Net>
std::vector<StateEntry<Net>> state_entries(Net& network, std::span<const std::string> modules,
                                           std::vector<StateCount>& counts) {
    std::vector<StateEntry<Net>> entries;
    const std::vector<std::vector<std::string>> prefixes = state_prefixes(Net::graph.nodes, modules);
    std::vector<ParameterInfo> parameters = parameter_infos(Net::graph.nodes, modules);
    auto next = parameters.begin();
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
        for (; next != parameters.end() && next->node == static_cast<int>(i); ++next) {
            entries.push_back({{std::move(next->name), std::move(next->other_names)},
                               std::move(next->shape),
                               network.parameters().subspan(next->offset, next->size),
                               next->axes});
        }
        const Node& node = Net::graph.nodes[i];
        if (prefixes[i].empty() || node.facts.statistics_count == 0) continue;
        const auto names = [&](const std::string& what) {
            TensorNames all{prefixes[i].front() + what};
            for (const std::string& prefix : prefixes[i]) all.add(prefix + what);
            return all;
        };
        const std::size_t channels = std::size_t(node.facts.statistics_count);
        const auto add = [&](const char* what, std::span<typename Net::Scalar> all) {
            entries.push_back({names(what),
                               {node.facts.statistics_count},
                               all.subspan(std::size_t(node.running_offset), channels),
                               {1, 1, channels}});
        };
        add("running_mean", network.running_mean());
        add("running_var", network.running_var());
        counts.push_back({names("num_batches_tracked"), use_of(Net::graph.nodes, i).count});
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

}  // namespace norma::inline NORMA_TARGET::detail
