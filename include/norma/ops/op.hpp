#pragma once

#include <span>
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

/// What the planner asks of `op`.
constexpr OpFacts facts_of(const Op& op) {
    return std::visit([](const auto& o) { return o.facts(); }, op);
}

/// What `op` needs, if inputs of these shapes do not fit it; else empty.
constexpr FixedString needs_of(const Op& op, std::span<const Extent> inputs) {
    return std::visit([&](const auto& o) { return o.needs(inputs); }, op);
}

}  // namespace norma::inline NORMA_TARGET
