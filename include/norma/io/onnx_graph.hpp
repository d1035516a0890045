#pragma once

#if !__has_include(<onnx/onnx_pb.h>) || !__has_include(<google/protobuf/message.h>)
#error "norma: norma/io/onnx.hpp needs ONNX and protobuf (Debian and Ubuntu: libonnx-dev libprotobuf-dev)."
#endif

// The values with which Debian builds libonnx_proto. If your ONNX was built with others, define these before including.
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/io/safetensors.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Builds an ONNX graph. As in ONNX, a tensor is identified by its name.
class OnnxGraph {
public:
    using Sizes = std::vector<std::int64_t>;

    /// Appends a node with one output, and returns the output's name.
    std::string add(const std::string& operation, const std::vector<std::string>& inputs) {
        ONNX_NAMESPACE::NodeProto* const node = graph().add_node();
        const std::string name = operation + "_" + std::to_string(graph().node_size() - 1);
        node->set_op_type(operation);
        node->set_name(name);
        for (const std::string& input : inputs) node->add_input(input);
        node->add_output(name);
        return name;
    }
    /// Adds an attribute to the last node.
    void set(const std::string& name, const Sizes& values) {
        ONNX_NAMESPACE::AttributeProto& a = attribute(name, ONNX_NAMESPACE::AttributeProto::INTS);
        for (const std::int64_t value : values) a.add_ints(value);
    }
    void set(const std::string& name, std::int64_t value) {
        attribute(name, ONNX_NAMESPACE::AttributeProto::INT).set_i(value);
    }
    void set(const std::string& name, const std::string& value) {
        attribute(name, ONNX_NAMESPACE::AttributeProto::STRING).set_s(value);
    }
    void set(const std::string& name, float value) {
        attribute(name, ONNX_NAMESPACE::AttributeProto::FLOAT).set_f(value);
    }

    /// Adds a constant tensor of floats and returns its name. Does nothing if the name is there already: it must then
    /// have the same numbers.
    std::string constant(const std::string& name, const Sizes& shape, std::span<const float> values) {
        put(name, shape, ONNX_NAMESPACE::TensorProto::FLOAT, to_little_endian(values));
        return name;
    }
    /// A constant tensor in which every number is `value`; the shape becomes part of its name, which is returned.
    std::string repeated(const std::string& name, float value, const Sizes& shape) {
        std::size_t count = 1;
        std::string full = name;
        for (const std::int64_t size : shape) {
            count *= static_cast<std::size_t>(size);
            full += "_" + std::to_string(size);
        }
        return constant(full, shape, std::vector<float>(count, value));
    }
    /// `x` in another shape. A 0 in `shape` keeps the size of that axis, as for the batch.
    std::string reshape(const std::string& x, const Sizes& shape) {
        std::string name = "shape";
        for (const std::int64_t size : shape) name += "_" + std::to_string(size);
        put(name, {std::int64_t(shape.size())}, ONNX_NAMESPACE::TensorProto::INT64,
            to_little_endian(std::span<const std::int64_t>(shape)));
        return add("Reshape", {x, name});
    }

    /// A constant list of whole numbers, named by them.
    std::string integers(const Sizes& values) {
        std::string name = "integers";
        for (const std::int64_t value : values) name += "_" + std::to_string(value);
        put(name, {std::int64_t(values.size())}, ONNX_NAMESPACE::TensorProto::INT64,
            to_little_endian(std::span<const std::int64_t>(values)));
        return name;
    }

    /// Declares an input or output of floats whose first axis is the batch.
    static void declare(ONNX_NAMESPACE::ValueInfoProto& value, const std::string& name, const Sizes& sizes) {
        value.set_name(name);
        auto* const type = value.mutable_type()->mutable_tensor_type();
        type->set_elem_type(ONNX_NAMESPACE::TensorProto::FLOAT);
        type->mutable_shape()->add_dim()->set_dim_param("batch");
        for (const std::int64_t size : sizes) type->mutable_shape()->add_dim()->set_dim_value(size);
    }

    ONNX_NAMESPACE::ModelProto& model() { return model_; }
    ONNX_NAMESPACE::GraphProto& graph() { return *model_.mutable_graph(); }

private:
    ONNX_NAMESPACE::AttributeProto& attribute(const std::string& name,
                                              ONNX_NAMESPACE::AttributeProto::AttributeType type) {
        auto& a = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
        a.set_name(name);
        a.set_type(type);
        return a;
    }
    void put(const std::string& name, const Sizes& shape, ONNX_NAMESPACE::TensorProto::DataType type,
             const std::vector<std::byte>& bytes) {
        if (!constants_.insert(name).second) return;
        ONNX_NAMESPACE::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(type);
        for (const std::int64_t size : shape) tensor.add_dims(size);
        tensor.set_raw_data(bytes.data(), bytes.size());
    }

    ONNX_NAMESPACE::ModelProto model_;
    std::set<std::string> constants_;
};

}  // namespace norma::inline NORMA_TARGET::detail
