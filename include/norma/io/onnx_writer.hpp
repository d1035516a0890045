#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/io/onnx_graph.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// A value of the network's graph in ONNX: the name of its tensor, which is N×C×H×W, or N×C (`is_flat`) after a linear
/// layer.
struct OnnxValue {
    std::string name;
    Extent extent;
    bool is_flat = false;
};

/// A learned tensor in PyTorch's layout, rounded to float.
struct OnnxTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> numbers;
};

/// What the ops need to write themselves: the ONNX graph, the values so far, and the learned tensors, one after
/// another.
class OnnxWriter {
public:
    using Sizes = OnnxGraph::Sizes;

    /// `tensor(i)` gives tensor `i` of the state_dict.
    explicit OnnxWriter(std::function<OnnxTensor(std::size_t)> tensor) : tensor_(std::move(tensor)) {}

    OnnxGraph& graph() { return graph_; }
    /// The next parameters are those of the next node, `node`.
    void enter(const Node& node) {
        const OpFacts& facts = node.facts;
        first_tensors_.push_back(node.source < 0 ? taken_ : first_tensors_[std::size_t(node.source)]);
        next_tensor_ = first_tensors_.back();
        if (node.source >= 0) return;
        taken_ += (facts.weight_count > 0 ? 1 : 0) + (facts.bias_count > 0 ? 1 : 0);
        taken_ += facts.statistics_count > 0 ? 2 : 0;
    }
    /// Appends the next value of the network's graph.
    void push(OnnxValue value) { values_.push_back(std::move(value)); }
    /// Value `v` of the network's graph.
    const OnnxValue& value(int v) const { return values_[std::size_t(v)]; }
    /// Input `k` of a node.
    const OnnxValue& input(const Node& node, int k = 0) const { return value(node.inputs[k]); }
    /// The value as N×C×H×W.
    std::string maps(const OnnxValue& x) {
        return x.is_flat ? graph_.reshape(x.name, {0, x.extent.channels, 1, 1}) : x.name;
    }
    /// The value as N×C.
    std::string flat(const OnnxValue& x) { return x.is_flat ? x.name : graph_.add("Flatten", {x.name}); }

    /// Adds the next tensor of the state_dict as a constant of the same name; in `shape` if an operator needs more
    /// axes.
    std::string parameter(const Sizes& shape = {}) {
        const OnnxTensor tensor = tensor_(next_tensor_++);
        return graph_.constant(tensor.name, shape.empty() ? tensor.shape : shape, tensor.numbers);
    }
    /// Sets the attributes of windows: those of a convolution or a pool.
    template <class Windows>
    void window(const Windows& w) {
        graph_.set("kernel_shape", Sizes{w.kernel.height, w.kernel.width});
        graph_.set("strides", Sizes{w.stride.height, w.stride.width});
        graph_.set("pads", Sizes{w.padding.height, w.padding.width, w.padding.height, w.padding.width});
    }

private:
    std::function<OnnxTensor(std::size_t)> tensor_;
    std::size_t next_tensor_ = 0;
    std::size_t taken_ = 0;                   ///< by the nodes so far
    std::vector<std::size_t> first_tensors_;  ///< of each node
    std::vector<OnnxValue> values_;
    OnnxGraph graph_;
};

}  // namespace norma::inline NORMA_TARGET::detail
