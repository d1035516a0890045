#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/io/onnx_writer.hpp"
#include "norma/kernels/activation.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Writes an activation of norma as ONNX operators, and gives the name of the output. The arguments of a policy are
/// found from its values.
/// @throws OptionError for a policy of the user's own, which has no operator.
inline std::string onnx_activation(const kernels::Activation& activation, const std::string& x, OnnxGraph& graph) {
    const FixedString full_name = activation.name();
    const std::string_view name = full_name.view().substr(0, full_name.view().find('<'));
    const auto f = [&](double at) { return activation.value(simd::Packet<double, 1>{at}).value; };
    const auto number = [&](const char* what, double value) {
        return graph.constant(std::string(what) + "_of_" + x, {1}, std::vector<float>{static_cast<float>(value)});
    };
    const auto with_alpha = [&](const char* operation, double alpha) {
        const std::string y = graph.add(operation, {x});
        graph.set("alpha", static_cast<float>(alpha));
        return y;
    };
    if (name == "ReLU") return graph.add("Relu", {x});
    if (name == "ReLU6") return graph.add("Clip", {x, number("low", 0), number("high", 6)});
    if (name == "LeakyReLU") return with_alpha("LeakyRelu", -f(-1));
    if (name == "ELU") return with_alpha("Elu", -f(-100));
    if (name == "CELU") return with_alpha("Celu", -f(-1e4));
    if (name == "SELU") return graph.add("Selu", {x});
    if (name == "Sigmoid") return graph.add("Sigmoid", {x});
    if (name == "Tanh") return graph.add("Tanh", {x});
    if (name == "HardSwish") return graph.add("HardSwish", {x});
    if (name == "HardSigmoid") return with_alpha("HardSigmoid", 1.0 / 6);
    if (name == "SiLU") return graph.add("Mul", {x, graph.add("Sigmoid", {x})});
    if (full_name.view() == "Softplus") return graph.add("Softplus", {x});
    if (name == "GELU") {  // x/2 · (1 + erf(x/√2)); the operator Gelu came after this opset
        const std::string scaled = graph.add("Mul", {x, number("root", std::sqrt(0.5))});
        const std::string sum = graph.add("Add", {graph.add("Erf", {scaled}), number("one", 1)});
        return graph.add("Mul", {graph.add("Mul", {x, number("half", 0.5)}), sum});
    }
    if (name == "TanhGELU") {  // x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
        const std::string cube = graph.add("Mul", {graph.add("Mul", {x, x}), x});
        const std::string rest = graph.add("Mul", {cube, number("cubic", 0.044715)});
        const std::string inner =
            graph.add("Mul", {graph.add("Add", {x, rest}), number("root", std::sqrt(2 / std::acos(-1.0)))});
        const std::string sum = graph.add("Add", {graph.add("Tanh", {inner}), number("one", 1)});
        return graph.add("Mul", {graph.add("Mul", {x, number("half", 0.5)}), sum});
    }
    raise<OptionError>("export_onnx: the activation '" + std::string(full_name.view()) +
                       "' has no ONNX operator; export a network with one of norma's activations, or Softplus without "
                       "arguments");
}

}  // namespace norma::inline NORMA_TARGET::detail
