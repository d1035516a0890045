#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/target.hpp"
#include "norma/core/version.hpp"
#include "norma/io/onnx_graph.hpp"
#include "norma/io/state_entries.hpp"
#include "norma/network/network.hpp"

/// Exports a trained network as an ONNX model (docs/file-formats.md). Needs ONNX's protobuf classes: link norma::onnx,
/// or onnx_proto and protobuf.
namespace norma::inline NORMA_TARGET {

namespace detail {

/// Translates the nodes of a network to ONNX operators.
template <class Net>
class OnnxExporter {
public:
    OnnxExporter(const Net& network, std::span<const std::string> names)
        // const_cast: loading writes through entries, so they are not const; here they are only read.
        : entries_(state_entries(const_cast<Net&>(network), checked_names<Net>(names), counts_)) {}

    ONNX_NAMESPACE::ModelProto run() {
        constexpr Extent in = Net::input_extent;
        OnnxGraph::declare(*graph_.graph().add_input(), "input", {in.channels, in.height, in.width});
        values_.push_back({"input", in, false});
        for (const Node& node : Net::graph.nodes) {
            Value y = std::visit([&](const auto& op) { return operation(op, node); }, node.op);
            y.extent = node.facts.output;
            values_.push_back(y);
        }
        finish(values_[std::size_t(Net::graph.output)]);
        return graph_.model();
    }

private:
    using Entry = StateEntry<Net>;
    using Sizes = OnnxGraph::Sizes;

    /// A value of the graph: the name of its tensor, which is N×C×H×W, or N×C (`is_flat`) after a linear layer.
    struct Value {
        std::string name;
        Extent extent;
        bool is_flat = false;
    };

    std::string maps(const Value& x) {
        return x.is_flat ? graph_.reshape(x.name, {0, x.extent.channels, 1, 1}) : x.name;
    }
    std::string flat(const Value& x) { return x.is_flat ? x.name : graph_.add("Flatten", {x.name}); }

    /// Adds the next tensor of the state_dict as a constant of the same name; in `shape` if an operator needs more
    /// axes.
    std::string parameter(Sizes shape = {}) {
        using T = typename Net::Scalar;
        const Entry& entry = entries_[next_entry_++];
        const std::vector<T> numbers = in_pytorch_layout(entry);
        return graph_.constant(entry.name, shape.empty() ? entry.shape : shape,
                               std::vector<float>(numbers.begin(), numbers.end()));
    }

    const Value& input(const Node& node, std::size_t k = 0) const { return values_[std::size_t(node.inputs[k])]; }

    Value operation(const ops::Convolution& op, const Node& node) {
        const std::string x = maps(input(node));
        const kernels::Convolution& c = op.shape;
        const std::string weight = parameter();
        const std::string y = op.bias ? graph_.add("Conv", {x, weight, parameter()}) : graph_.add("Conv", {x, weight});
        window(c);
        graph_.set("dilations", Sizes{c.dilation.height, c.dilation.width});
        graph_.set("group", std::int64_t(c.groups));
        return {y, {}, false};
    }

    Value operation(const ops::Linear& op, const Node& node) {
        const std::string x = flat(input(node));
        const std::string weight = parameter();
        const std::string y = op.bias ? graph_.add("Gemm", {x, weight, parameter()}) : graph_.add("Gemm", {x, weight});
        graph_.set("transB", std::int64_t(1));
        return {y, {}, true};
    }

    Value operation(const ops::MaxPool& op, const Node& node) {
        return {pool("MaxPool", op.windows, maps(input(node))), {}, false};
    }

    Value operation(const ops::AveragePool& op, const Node& node) {
        const Value y{pool("AveragePool", op.windows, maps(input(node))), {}, false};
        graph_.set("count_include_pad", std::int64_t(1));
        return y;
    }

    std::string pool(const char* type, const kernels::Pooling& p, const std::string& x) {
        const std::string y = graph_.add(type, {x});
        window(p);
        return y;
    }

    template <class Windows>
    void window(const Windows& w) {
        graph_.set("kernel_shape", Sizes{w.kernel.height, w.kernel.width});
        graph_.set("strides", Sizes{w.stride.height, w.stride.width});
        graph_.set("pads", Sizes{w.padding.height, w.padding.width, w.padding.height, w.padding.width});
    }

    Value operation(const ops::Norm& op, const Node& node) {
        return {normalised(op.shape, maps(input(node))), {}, false};
    }

    Value operation(const ops::Activation&, const Node& node) {
        return {graph_.add("Relu", {input(node).name}), {}, input(node).is_flat};
    }

    Value operation(const ops::Add&, const Node& node) {
        const Value& a = input(node);
        const Value& b = input(node, 1);
        if (a.is_flat && b.is_flat) return {graph_.add("Add", {a.name, b.name}), {}, true};
        const std::string first = maps(a);
        return {graph_.add("Add", {first, maps(b)}), {}, false};
    }

    /// Dropout does nothing in evaluation mode.
    Value operation(const ops::Dropout&, const Node& node) { return input(node); }
    /// Fusion makes it; a network's graph has none.
    Value operation(const ops::Pointwise&, const Node& node) { return input(node); }

    /// A norm of any policy. Weight and bias become inputs of the norm's operator if it takes their shape.
    std::string normalised(const kernels::Pointwise& p, const std::string& x) {
        const Extent e = p.extent;
        const bool per_channel = p.affine == kernels::Affine::per_channel;
        const float epsilon = p.epsilon.template as<float>();
        const Sizes channels{e.channels};

        if (p.couples_samples) {
            const auto [weight, bias] = affine_for(p, per_channel, channels);
            const Affine rest = per_channel ? Affine{} : learned(p);  // before the statistics: the order of the entries
            const std::string mean = parameter();
            const std::string variance = parameter();
            const std::string y = graph_.add("BatchNormalization", {x, weight, bias, mean, variance});
            graph_.set("epsilon", epsilon);
            return applied(rest, y);
        }
        if (!p.subtracts_mean) return applied(learned(p), over_root_mean_square(p, x, epsilon));
        if (p.per_pixel) {
            const auto [weight, bias] = affine_for(p, per_channel, channels);
            const std::string last = transposed(x, {0, 2, 3, 1});
            const std::string y = graph_.add("LayerNormalization", {last, weight, bias});
            graph_.set("axis", std::int64_t(-1));
            graph_.set("epsilon", epsilon);
            const std::string first = transposed(y, {0, 3, 1, 2});
            return per_channel ? first : applied(learned(p), first);
        }
        if (p.groups == 1 && !per_channel) {
            const auto [weight, bias] = affine_for(p, true, {e.channels, e.height, e.width});
            const std::string y = graph_.add("LayerNormalization", {x, weight, bias});
            graph_.set("axis", std::int64_t(1));
            graph_.set("epsilon", epsilon);
            return y;
        }
        const bool own_channels = p.groups == e.channels;
        const auto [weight, bias] = affine_for(p, own_channels && per_channel, {p.groups});
        const std::string y = graph_.add("InstanceNormalization", {own_channels ? x : in_groups(p, x), weight, bias});
        graph_.set("epsilon", epsilon);
        if (own_channels) return per_channel ? y : applied(learned(p), y);
        return applied(learned(p), graph_.reshape(y, {0, e.channels, e.height, e.width}));
    }

    /// `x` with the groups as channels. All sizes are given, because a size of −1 cannot be inferred for an empty
    /// batch.
    std::string in_groups(const kernels::Pointwise& p, const std::string& x) {
        return graph_.reshape(x, {0, p.groups, p.extent.size() / p.groups});
    }

    /// x / √(mean(x²) + ε).
    std::string over_root_mean_square(const kernels::Pointwise& p, const std::string& x, float epsilon) {
        const Extent e = p.extent;
        const std::string sets = p.per_pixel ? x : in_groups(p, x);
        const std::string square = graph_.add("Mul", {sets, sets});
        const std::string mean = graph_.add("ReduceMean", {square});
        graph_.set("axes", Sizes{p.per_pixel ? 1 : 2});
        const std::string small = graph_.constant("epsilon_of_" + mean, {1}, std::vector<float>{epsilon});
        const std::string root = graph_.add("Sqrt", {graph_.add("Add", {mean, small})});
        const std::string y = graph_.add("Div", {sets, root});
        return p.per_pixel ? y : graph_.reshape(y, {0, e.channels, e.height, e.width});
    }

    std::string transposed(const std::string& x, const Sizes& order) {
        const std::string y = graph_.add("Transpose", {x});
        graph_.set("perm", order);
        return y;
    }

    /// Names of a norm's weight and bias; empty if it has none.
    struct Affine {
        std::string weight;
        std::string bias;
    };

    /// Weight and bias for an operator that takes them in `shape`: the learned ones, or ones and zeros.
    Affine affine_for(const kernels::Pointwise& p, bool takes_learned, const Sizes& shape) {
        takes_learned = takes_learned && p.affine != kernels::Affine::none;
        Affine a;
        a.weight = takes_learned ? parameter() : graph_.repeated("ones", 1, shape);
        a.bias = takes_learned && p.has_bias ? parameter() : graph_.repeated("zeros", 0, shape);
        return a;
    }
    /// The learned weight and bias, in a shape that broadcasts to N×C×H×W.
    Affine learned(const kernels::Pointwise& p) {
        if (p.affine == kernels::Affine::none) return {};
        const Sizes shape = p.affine == kernels::Affine::per_channel ? Sizes{p.extent.channels, 1, 1} : Sizes{};
        Affine a;
        a.weight = parameter(shape);
        if (p.has_bias) a.bias = parameter(shape);
        return a;
    }
    std::string applied(const Affine& affine, std::string x) {
        if (!affine.weight.empty()) x = graph_.add("Mul", {x, affine.weight});
        if (!affine.bias.empty()) x = graph_.add("Add", {x, affine.bias});
        return x;
    }

    /// Declares the output, and sets the model's versions and producer.
    void finish(const Value& last) {
        ONNX_NAMESPACE::GraphProto& graph = graph_.graph();
        flat(last);
        graph.mutable_node(graph.node_size() - 1)->set_output(0, "logits");
        OnnxGraph::declare(*graph.add_output(), "logits", {Net::outputs});
        graph.set_name("network");
        ONNX_NAMESPACE::ModelProto& model = graph_.model();
        model.set_ir_version(8);  // the one that came with opset 17
        model.set_producer_name("norma");
        model.set_producer_version(version);
        model.add_opset_import()->set_version(17);
    }

    std::vector<std::string> counts_;
    std::vector<Entry> entries_;
    std::size_t next_entry_ = 0;
    std::vector<Value> values_;
    OnnxGraph graph_;
};

}  // namespace detail

/// The network in evaluation mode as the bytes of an ONNX model (opset 17, standard operators only). The input `input`
/// is batch × C × H × W floats, the output `logits` is batch × outputs floats, for any batch size. An output of several
/// pixels is flattened in the order C, H, W. Weights have their names in PyTorch's state_dict; `names` is as for
/// `save_weights`. The numbers of a network of doubles are rounded to float, because few programs run ONNX in double.
/// @throws OptionError if there are not as many names as learned parts.
/// @throws DataError if the model has 2 GiB or more, which protobuf cannot write.
template <class Net>
std::vector<std::byte> export_onnx(const Net& network, std::span<const std::string> names = {}) {
    static_assert(Net::outputs > 0, "norma: export_onnx needs a network of at least one layer that does something.");
    const ONNX_NAMESPACE::ModelProto model = detail::OnnxExporter<Net>(network, names).run();
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
