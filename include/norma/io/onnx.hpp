#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/target.hpp"
#include "norma/core/version.hpp"
#include "norma/io/onnx_ops.hpp"
#include "norma/io/onnx_writer.hpp"
#include "norma/io/state_entries.hpp"
#include "norma/network/network.hpp"

/// Exports a trained network as an ONNX model (docs/file-formats.md). Needs ONNX's protobuf classes: link norma::onnx,
/// or onnx_proto and protobuf.
namespace norma::inline NORMA_TARGET {

namespace detail {

/// Which nodes the network's output needs: all but those of taps.
template <class Net>
std::vector<bool> nodes_of_output() {
    constexpr auto& nodes = Net::graph.nodes;
    std::vector<bool> needed(nodes.size() + 1, false);  // values
    needed[std::size_t(Net::graph.output)] = true;
    for (std::size_t i = nodes.size(); i-- > 0;) {
        if (!needed[i + 1]) continue;
        for (const int v : nodes[i].reads()) needed[std::size_t(v)] = true;
    }
    needed.erase(needed.begin());
    return needed;
}

/// The network as an ONNX model.
template <class Net>
ONNX_NAMESPACE::ModelProto onnx_model(const Net& network, std::span<const std::string> names) {
    std::vector<StateCount> counts;
    // const_cast: loading writes through entries, so they are not const; here they are only read.
    const auto entries = state_entries(const_cast<Net&>(network), checked_names<Net>(names), counts);
    OnnxWriter writer([&](std::size_t i) {
        const auto numbers = in_pytorch_layout(entries[i]);
        return OnnxTensor{entries[i].name, entries[i].shape, std::vector<float>(numbers.begin(), numbers.end())};
    });
    ONNX_NAMESPACE::GraphProto& graph = writer.graph().graph();
    constexpr Extent in = Net::input_extent;
    const auto declare = [&](const std::string& name, Extent e) {
        OnnxGraph::declare(*graph.add_input(), name, {e.channels, e.height, e.width});
    };
    constexpr std::span<const Extent> inputs = inputs_of<typename Net::InputShape>();
    if (inputs.empty()) declare("input", in);
    for (std::size_t k = 0; k < inputs.size(); ++k) declare("input" + std::to_string(k), inputs[k]);
    writer.push({"input", in, false});
    const std::vector<bool> needed = nodes_of_output<Net>();
    for (std::size_t i = 0; const Node& node : Net::graph.nodes) {
        writer.enter(node);
        if (!needed[i++]) {
            writer.push({});
            continue;
        }
        OnnxValue y = visit_op(node.op, [&](const auto& op) { return onnx_of(op, node, writer); });
        y.extent = node.facts.output;
        writer.push(y);
    }
    writer.flat(writer.value(Net::graph.output));
    graph.mutable_node(graph.node_size() - 1)->set_output(0, "logits");
    OnnxGraph::declare(*graph.add_output(), "logits", {Net::outputs});
    graph.set_name("network");
    ONNX_NAMESPACE::ModelProto& model = writer.graph().model();
    model.set_ir_version(8);  // the one that came with opset 17
    model.set_producer_name("norma");
    model.set_producer_version(version);
    model.add_opset_import()->set_version(17);
    return std::move(model);
}

}  // namespace detail

/// The network in evaluation mode as the bytes of an ONNX model (opset 17, standard operators only). The input `input`
/// is batch × C × H × W floats; a network of several `Inputs` has `input0`, `input1`, … The output `logits` is batch ×
/// outputs floats, for any batch size. An output of several
/// pixels is flattened in the order C, H, W. Weights have their names in PyTorch's state_dict; `names` is as for
/// `save_weights`. The numbers of a network of doubles are rounded to float, because few programs run ONNX in double.
/// @throws OptionError if there are not as many names as learned parts.
/// @throws DataError if the model has 2 GiB or more, which protobuf cannot write.
template <class Net>
std::vector<std::byte> export_onnx(const Net& network, std::span<const std::string> names = {}) {
    static_assert(Net::outputs > 0, "norma: export_onnx needs a network of at least one layer that does something.");
    const ONNX_NAMESPACE::ModelProto model = detail::onnx_model(network, names);
    const std::size_t size = model.ByteSizeLong();
    if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        raise<DataError>("the ONNX model of this network has " + std::to_string(size) +
                         " bytes, but protobuf can only write less than 2 GiB; save the weights with save_weights");
    }
    std::vector<std::byte> bytes(size);
    model.SerializeToArray(bytes.data(), static_cast<int>(size));
    return bytes;
}

/// The same, written to a file, which is replaced as a whole or not at all.
/// @throws FileError if it cannot be written; else as above.
template <class Net>
void export_onnx(const Net& network, const std::filesystem::path& path, std::span<const std::string> names = {}) {
    write_file_atomically(path, export_onnx(network, names));
}

}  // namespace norma::inline NORMA_TARGET
