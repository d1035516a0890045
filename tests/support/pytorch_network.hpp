#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "golden.hpp"
#include "initial_values.hpp"
#include "norma/core/layout.hpp"
#include "norma/network/network.hpp"

/// A network's parameters with the names and layouts of the golden networks in PyTorch: convolutions and norms are
/// numbered in order of execution.
struct PytorchParameter {
    std::string name;  ///< for instance "conv0.weight"
    std::size_t offset = 0;
    std::size_t count = 0;
    norma::Node node;
    bool is_bias = false;

    /// From PyTorch's layout (O×I×H×W, C×H×W) to norma's.
    template <class T>
    std::vector<T> from_pytorch(const auto& values) const {
        const std::vector<T> from(values.begin(), values.end());
        std::vector<T> to = from;
        if (const auto* op = std::get_if<norma::ops::Convolution>(&node.op); op != nullptr && !is_bias) {
            const norma::kernels::Convolution& c = op->shape;
            norma::to_outputs_last<T>(from, to, c.output.channels, {c.input.channels, c.kernel.height, c.kernel.width});
        } else if (const auto* norm = norm_in(node); norm != nullptr && norm->affine == norma::Affine::per_element) {
            norma::to_channels_last<T>(from, to, norm->extent);
        }
        return to;
    }
};

template <class Net>
std::vector<PytorchParameter> pytorch_parameters() {
    std::vector<PytorchParameter> all;
    int convolutions = 0;
    int norms = 0;
    for (const norma::Node& node : Net::graph.nodes) {
        std::string name;
        if (std::holds_alternative<norma::ops::Convolution>(node.op)) {
            name = "conv" + std::to_string(convolutions++);
        } else if (norm_in(node) != nullptr) {
            name = "norm" + std::to_string(norms++);
        }
        const auto add = [&](const char* what, long long offset, int count, bool is_bias) {
            if (count == 0) return;
            all.push_back({name + what, std::size_t(offset), std::size_t(count), node, is_bias});
        };
        add(".weight", node.weight_offset, node.facts.weight_count, false);
        add(".bias", node.bias_offset, node.facts.bias_count, true);
    }
    return all;
}

/// The golden networks' initial weights, see golden/README.md.
template <class Net>
void set_golden_weights(Net& net) {
    using T = typename Net::Scalar;
    for (const PytorchParameter& p : pytorch_parameters<Net>()) {
        const std::string name = "networks/" + p.name;
        std::vector<float> values;
        if (std::holds_alternative<norma::ops::Convolution>(p.node.op)) {
            values = initial::weights(name, p.count, p.count / std::size_t(p.node.facts.output.channels));
        } else {
            values = p.is_bias ? initial::tensor(name, p.count, 0.25f, 1.5f) : initial::norm_weights(name, p.count);
        }
        const std::vector<T> own = p.from_pytorch<T>(values);
        std::ranges::copy(own, net.parameters().begin() + static_cast<std::ptrdiff_t>(p.offset));
    }
}

/// The numbers of one parameter, from an array with the layout of the network's parameters.
template <class T>
std::span<const T> part_of(std::span<const T> all, const PytorchParameter& p) {
    return all.subspan(p.offset, p.count);
}
