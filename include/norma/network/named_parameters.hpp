#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/layout.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/parameter_info.hpp"

/// Parameters and their gradients by the names of PyTorch's state_dict.
namespace norma::inline NORMA_TARGET {

/// One of PyTorch's parameters with its numbers, or with those of its gradient, by reference.
template <class T>
struct NamedTensor : ParameterInfo {
    /// In the order of the network: PyTorch's axes in reverse order. A change of them changes the network or the
    /// gradient.
    std::span<T> numbers;

    /// A copy in PyTorch's order.
    std::vector<std::remove_const_t<T>> to_pytorch() const {
        std::vector<std::remove_const_t<T>> result(numbers.size());
        reverse_axes<std::remove_const_t<T>>(numbers, result, axes[2], axes[1], axes[0]);
        return result;
    }
};

/// All parameters of a network, or their gradients, in order of execution; a shared one once. Valid as long as the
/// array that it refers to.
template <class T>
class NamedTensors {
public:
    /// The parts of `numbers` that `parameters` tells.
    NamedTensors(std::vector<ParameterInfo> parameters, std::span<T> numbers) {
        for (ParameterInfo& info : parameters) {
            const std::span<T> part = numbers.subspan(info.offset, info.size);
            tensors_.push_back({std::move(info), part});
        }
    }

    /// How many.
    std::size_t size() const { return tensors_.size(); }
    /// The first.
    auto begin() const { return tensors_.begin(); }
    /// After the last.
    auto end() const { return tensors_.end(); }
    /// The one of this name, as in `gradients["0.weight"]`.
    /// @throws DataError if there is none; the message has the names of all.
    const NamedTensor<T>& operator[](std::string_view name) const {
        std::string names;
        for (const NamedTensor<T>& tensor : tensors_) {
            if (tensor.has_name(name)) return tensor;
            names += (names.empty() ? "" : ", ") + tensor.name;
        }
        raise<DataError>({"there is no parameter '", printable(name), "'; there are ", printable(names, 1000)});
    }

private:
    std::vector<NamedTensor<T>> tensors_;
};

/// The learned numbers of `network` by name: PyTorch's `named_parameters()`.
/// @snippet examples_test.cpp named_gradients
/// @throws OptionError if a layer has parameters but no names, see `StateNames`.
template <class Net>
auto named_parameters(Net& network) {
    using T = typename decltype(network.parameters())::element_type;
    return NamedTensors<T>(parameter_infos<std::remove_const_t<Net>>(), network.parameters());
}

/// The parts of `gradient` by name; it is laid out as `Net::parameters()`, as that of a trainer is:
/// `named_gradients<Net>(trainer.gradient())`.
/// @throws DataError if `gradient` has another size than the parameters; OptionError as `named_parameters`.
template <class Net, class T>
NamedTensors<T> named_gradients(std::span<T> gradient) {
    if (gradient.size() != static_cast<std::size_t>(Net::graph.parameters_size)) {
        raise<DataError>({"gradients by name: an array of ", gradient.size(),
                          " numbers, but the network's parameters are ", Net::graph.parameters_size});
    }
    return NamedTensors<T>(parameter_infos<Net>(), gradient);
}

/// The gradient of the last batch that `executor` ran, by name.
/// @snippet examples_test.cpp named_gradients
template <class Net, Mode M, class Probe>
    requires(M.gradients)
auto named_gradients(Executor<Net, M, Probe>& executor) {
    return named_gradients<Net>(executor.gradient());
}

}  // namespace norma::inline NORMA_TARGET
