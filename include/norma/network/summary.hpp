#pragma once

#include <array>
#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include "norma/network/network.hpp"

namespace norma {

/// One layer's row of a summary.
struct LayerSummary {
    Sentence name;
    Extent output;
    long long parameters = 0;
    long long multiply_adds = 0;     ///< of one sample, forward
    long long activation_bytes = 0;  ///< of one sample: arrays that the layer makes; 0 where it works in place
};

namespace detail {
template <class Net>
struct Summariser;
template <class T, class Input, class... Layers>
struct Summariser<BasicNetwork<T, Input, Layers...>> {
    using Net = BasicNetwork<T, Input, Layers...>;

    static std::vector<LayerSummary> rows() {
        std::vector<LayerSummary> rows;
        StageBuilder builder(Input::extent);
        const auto add = [&]<class L>() {
            append_layer<L>(builder);
            rows.push_back({L::name(), builder.shape(), 0, 0, 0});
        };
        (add.template operator()<Layers>(), ...);
        for (const PlannedStage& s : Net::template plan<training_mode>.stages) {
            LayerSummary& row = rows[static_cast<std::size_t>(s.stage.layer - 1)];
            row.parameters += s.stage.weight_count() + s.stage.bias_count();
            if (s.stage.kind == Stage::Kind::convolution) row.multiply_adds += s.stage.convolution.multiply_adds();
            const bool in_place = s.input.stored == s.output.stored && s.input.offset == s.output.offset;
            if (!in_place) {
                row.activation_bytes +=
                    static_cast<long long>(s.stage.output_extent().size()) * static_cast<long long>(sizeof(T));
            }
        }
        return rows;
    }
};
}  // namespace detail

/// What each layer of a network makes and costs, in order. Where neighbouring layers are done in one pass over the
/// elements, the first of them carries the activation.
template <class Net>
std::vector<LayerSummary> layer_summaries() {
    return detail::Summariser<Net>::rows();
}

/// The layer table as text: output shape (C×H×W), parameters, multiply-adds and activation bytes of one sample, and the
/// totals of a training step.
template <class Net>
std::string summary() {
    const std::vector<LayerSummary> rows = layer_summaries<Net>();
    std::size_t width = 5;
    for (const LayerSummary& row : rows) width = std::max(width, row.name.size());
    std::ostringstream out;
    const auto shape = [](Extent e) {
        return std::to_string(e.channels) + "x" + std::to_string(e.height) + "x" + std::to_string(e.width);
    };
    const auto line = [&](const std::string& number, std::string_view name, const std::string& output,
                          const auto& parameters, const auto& multiply_adds, const auto& bytes) {
        out << std::setw(3) << number << "  " << std::left << std::setw(static_cast<int>(width)) << name << std::right
            << std::setw(12) << output << std::setw(12) << parameters << std::setw(15) << multiply_adds << std::setw(18)
            << bytes << '\n';
    };
    line("", "layer", "output", "parameters", "multiply-adds", "activation bytes");
    line("", "input", shape(Net::input_extent), 0, 0,
         Net::input_extent.size() * static_cast<int>(sizeof(typename Net::Scalar)));
    long long bytes = Net::input_extent.size() * static_cast<int>(sizeof(typename Net::Scalar));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        line(std::to_string(i + 1), rows[i].name.view(), shape(rows[i].output), rows[i].parameters,
             rows[i].multiply_adds, rows[i].activation_bytes);
        bytes += rows[i].activation_bytes;
    }
    line("", "total", shape(Net::output_extent), Net::parameter_count, Net::multiply_adds, bytes);
    out << "A training step keeps " << Net::activation_bytes_per_thread
        << " bytes of activations and gradients per thread and " << Net::activation_bytes_per_sample
        << " per sample of the batch.\n";
    return out.str();
}

}  // namespace norma
