#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/ops/activation.hpp"
#include "norma/ops/add.hpp"
#include "norma/ops/average_pool.hpp"
#include "norma/ops/concat.hpp"
#include "norma/ops/convolution.hpp"
#include "norma/ops/depthwise.hpp"
#include "norma/ops/dropout.hpp"
#include "norma/ops/input.hpp"
#include "norma/ops/layer_scale.hpp"
#include "norma/ops/linear.hpp"
#include "norma/ops/max_pool.hpp"
#include "norma/ops/multiply.hpp"
#include "norma/ops/norm.hpp"
#include "norma/ops/permute.hpp"
#include "norma/ops/pointwise.hpp"
#include "norma/ops/prelu.hpp"
#include "norma/ops/resample.hpp"
#include "norma/ops/scale.hpp"
#include "norma/ops/slice.hpp"
#include "norma/ops/softmax.hpp"
#include "norma/ops/tap.hpp"
#include "norma/ops/transposed_convolution.hpp"

namespace norma::inline NORMA_TARGET {

/// Any op. A new one is a header in ops/ and a line here.
using Op = std::variant<ops::Convolution, ops::Depthwise, ops::TransposedConvolution, ops::Linear, ops::Norm,
                        ops::Activation, ops::Add, ops::Dropout, ops::Pointwise, ops::MaxPool, ops::AveragePool,
                        ops::Resample, ops::Softmax, ops::Concat, ops::Multiply, ops::Scale, ops::LayerScale,
                        ops::PReLU, ops::Slice, ops::Permute, ops::Input, ops::Tap>;

/// Calls `f` with the concrete op, and returns what it returns. The same as `std::visit`, whose tables of functions
/// were a fifth of the time that the compiler takes for norma's headers.
template <class AnyOp, class F>
    requires std::same_as<std::remove_const_t<AnyOp>, Op>
constexpr auto visit_op(AnyOp& op, const F& f) {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        using Result = decltype(f(*std::get_if<0>(&op)));
        static_assert((std::same_as<Result, decltype(f(*std::get_if<K>(&op)))> && ...),
                      "norma: the function returns the same type for each op");
        if constexpr (std::is_void_v<Result>) {
            static_cast<void>((((op.index)() == K ? (f(*std::get_if<K>(&op)), true) : false) || ...));
        } else {
            Result result{};
            static_cast<void>((((op.index)() == K ? (result = f(*std::get_if<K>(&op)), true) : false) || ...));
            return result;
        }
    }(std::make_index_sequence<std::variant_size_v<Op>>());
}

/// Are both the same op with the same sizes? As `==`, but without a table of functions.
constexpr bool same_op(const Op& a, const Op& b) {
    return (a.index)() == (b.index)() && visit_op(a, [&]<class O>(const O& op) { return op == *std::get_if<O>(&b); });
}

/// What the planner asks of `op`.
constexpr OpFacts facts_of(const Op& op) {
    return visit_op(op, [](const auto& o) { return o.facts(); });
}

/// What `op` needs, if inputs of these shapes do not fit it; else empty.
constexpr FixedString needs_of(const Op& op, std::span<const Extent> inputs) {
    return visit_op(op, [&](const auto& o) { return o.needs(inputs); });
}

}  // namespace norma::inline NORMA_TARGET
