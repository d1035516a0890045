#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/io/onnx_writer.hpp"
#include "norma/kernels/pointwise.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Writes norms of any policy as ONNX operators.
class OnnxNorm {
public:
    using Sizes = OnnxWriter::Sizes;
    explicit OnnxNorm(OnnxWriter& writer) : w_(writer) {}

    /// A norm of any policy. Weight and bias become inputs of the norm's operator if it takes their shape.
    std::string normalised(const kernels::Pointwise& p, const std::string& x) {
        const Extent e = p.extent;
        const bool per_channel = p.affine == kernels::Affine::per_channel;
        const float epsilon = p.epsilon.template as<float>();
        const Sizes channels{e.channels};

        if (p.over_batch) {
            const auto [weight, bias] = affine_for(p, per_channel, channels);
            const Affine rest = per_channel ? Affine{} : learned(p);  // before the statistics: the order of the entries
            const std::string mean = w_.parameter();
            const std::string variance = w_.parameter();
            const std::string y = w_.graph().add("BatchNormalization", {x, weight, bias, mean, variance});
            w_.graph().set("epsilon", epsilon);
            return applied(rest, y);
        }
        if (!p.subtracts_mean) return applied(learned(p), over_root_mean_square(p, x, epsilon));
        if (p.per_pixel) {
            const auto [weight, bias] = affine_for(p, per_channel, channels);
            const std::string last = transposed(x, {0, 2, 3, 1});
            const std::string y = w_.graph().add("LayerNormalization", {last, weight, bias});
            w_.graph().set("axis", std::int64_t(-1));
            w_.graph().set("epsilon", epsilon);
            const std::string first = transposed(y, {0, 3, 1, 2});
            return per_channel ? first : applied(learned(p), first);
        }
        if (p.groups == 1 && !per_channel) {
            const auto [weight, bias] = affine_for(p, true, {e.channels, e.height, e.width});
            const std::string y = w_.graph().add("LayerNormalization", {x, weight, bias});
            w_.graph().set("axis", std::int64_t(1));
            w_.graph().set("epsilon", epsilon);
            return y;
        }
        const bool own_channels = p.groups == e.channels;
        const auto [weight, bias] = affine_for(p, own_channels && per_channel, {p.groups});
        const std::string y =
            w_.graph().add("InstanceNormalization", {own_channels ? x : in_groups(p, x), weight, bias});
        w_.graph().set("epsilon", epsilon);
        if (own_channels) return per_channel ? y : applied(learned(p), y);
        return applied(learned(p), w_.graph().reshape(y, {0, e.channels, e.height, e.width}));
    }

private:
    /// `x` with the groups as channels. All sizes are given, because a size of −1 cannot be inferred for an empty
    /// batch.
    std::string in_groups(const kernels::Pointwise& p, const std::string& x) {
        return w_.graph().reshape(x, {0, p.groups, p.extent.size() / p.groups});
    }

    /// x / √(mean(x²) + ε).
    std::string over_root_mean_square(const kernels::Pointwise& p, const std::string& x, float epsilon) {
        const Extent e = p.extent;
        const std::string sets = p.per_pixel ? x : in_groups(p, x);
        const std::string square = w_.graph().add("Mul", {sets, sets});
        const std::string mean = w_.graph().add("ReduceMean", {square});
        w_.graph().set("axes", Sizes{p.per_pixel ? 1 : 2});
        const std::string small = w_.graph().constant("epsilon_of_" + mean, {1}, std::vector<float>{epsilon});
        const std::string root = w_.graph().add("Sqrt", {w_.graph().add("Add", {mean, small})});
        const std::string y = w_.graph().add("Div", {sets, root});
        return p.per_pixel ? y : w_.graph().reshape(y, {0, e.channels, e.height, e.width});
    }

    std::string transposed(const std::string& x, const Sizes& order) {
        const std::string y = w_.graph().add("Transpose", {x});
        w_.graph().set("perm", order);
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
        a.weight = takes_learned ? w_.parameter() : w_.graph().repeated("ones", 1, shape);
        a.bias = takes_learned && p.has_bias ? w_.parameter() : w_.graph().repeated("zeros", 0, shape);
        return a;
    }
    /// The learned weight and bias, in a shape that broadcasts to N×C×H×W.
    Affine learned(const kernels::Pointwise& p) {
        if (p.affine == kernels::Affine::none) return {};
        const Sizes shape = p.affine == kernels::Affine::per_channel ? Sizes{p.extent.channels, 1, 1} : Sizes{};
        Affine a;
        a.weight = w_.parameter(shape);
        if (p.has_bias) a.bias = w_.parameter(shape);
        return a;
    }
    std::string applied(const Affine& affine, std::string x) {
        if (!affine.weight.empty()) x = w_.graph().add("Mul", {x, affine.weight});
        if (!affine.bias.empty()) x = w_.graph().add("Add", {x, affine.bias});
        return x;
    }

    OnnxWriter& w_;
};

}  // namespace norma::inline NORMA_TARGET::detail
