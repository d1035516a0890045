#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iomanip>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/network/network.hpp"

namespace norma::inline NORMA_TARGET {

/// One layer's row of a summary.
struct LayerSummary {
    FixedString name;                ///< with its arguments
    Extent output;                   ///< shape of its output
    long long parameters = 0;        ///< learned numbers; where they are shared, in the row of the first use
    long long multiply_adds = 0;     ///< of one sample, forward
    long long activation_bytes = 0;  ///< of one sample: the layer's outputs; 0 where it works in place
};

namespace detail {
template <class Net>
struct Summariser;
template <class T, class Input, class... Layers>
struct Summariser<BasicNetwork<T, Input, Layers...>> {
    using Net = BasicNetwork<T, Input, Layers...>;

    static constexpr std::array<LayerSummary, sizeof...(Layers)> rows = [] {
        std::array<LayerSummary, sizeof...(Layers)> rows{};
        GraphBuilder builder(Input::extent, inputs_of<Input>());
        std::size_t layer = 0;
        const auto add = [&]<class L>() {
            append_layer<L>(builder);
            rows[layer++] = {L::name(), builder.shape(), 0, 0, 0};
        };
        (add.template operator()<Layers>(), ...);
        for (const Node& node : Net::graph.nodes) {
            LayerSummary& row = rows[static_cast<std::size_t>(node.layer - 1)];
            if (node.source < 0) row.parameters += node.facts.weight_count + node.facts.bias_count;
            row.multiply_adds += node.facts.multiply_adds;
        }
        for (const FusedNode& node : Net::template plan<training_mode>.nodes) {
            if (node.overwrites_input) continue;
            rows[static_cast<std::size_t>(node.layer - 1)].activation_bytes +=
                static_cast<long long>(node.facts.output.size()) * static_cast<long long>(sizeof(T));
        }
        return rows;
    }();
};

/// The table of `rows`, from `input` to `total`, as text. Not a template, so that it is compiled once.
inline std::string summary_table(const LayerSummary& input, std::span<const LayerSummary> rows,
                                 const LayerSummary& total) {
    std::size_t width = 5;
    for (const LayerSummary& row : rows) width = std::max(width, row.name.size());
    std::ostringstream out;
    const auto line = [&](const std::string& number, std::string_view name, const std::string& output,
                          const std::string& parameters, const std::string& multiply_adds, const std::string& bytes) {
        out << std::setw(3) << number << "  " << std::left << std::setw(static_cast<int>(width)) << name << std::right
            << std::setw(12) << output << std::setw(12) << parameters << std::setw(15) << multiply_adds << std::setw(18)
            << bytes << '\n';
    };
    const auto row_line = [&](const std::string& number, const LayerSummary& row) {
        line(number, row.name.view(), shape_text(row.output), std::to_string(row.parameters),
             std::to_string(row.multiply_adds), std::to_string(row.activation_bytes));
    };
    line("", "layer", "output", "parameters", "multiply-adds", "activation bytes");
    row_line("", input);
    for (std::size_t i = 0; i < rows.size(); ++i) row_line(std::to_string(i + 1), rows[i]);
    row_line("", total);
    return out.str();
}
}  // namespace detail

/// The output and the cost of each layer of a network, in order. Where neighbouring layers are fused, the activation is
/// counted for the first of them.
template <class Net>
constexpr std::span<const LayerSummary> layer_summaries() {
    return detail::Summariser<Net>::rows;
}

/// The layers and their total as a table: output shape (C×H×W), parameters, multiply-adds and activation bytes of one
/// sample. Below it, the memory of a training step.
template <class Net>
std::string summary() {
    constexpr long long input_bytes = 1ll * Net::input_extent.size() * static_cast<int>(sizeof(typename Net::Scalar));
    long long bytes = input_bytes;
    for (const LayerSummary& row : layer_summaries<Net>()) bytes += row.activation_bytes;
    return detail::summary_table({"input", Net::input_extent, 0, 0, input_bytes}, layer_summaries<Net>(),
                                 {"total", Net::output_extent, Net::parameter_count, Net::multiply_adds, bytes}) +
           "A training step keeps " + std::to_string(Net::activation_bytes_per_thread) +
           " bytes of activations and gradients per thread and " + std::to_string(Net::activation_bytes_per_sample) +
           " per sample of the batch.\n";
}

}  // namespace norma::inline NORMA_TARGET
