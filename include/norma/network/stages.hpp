#pragma once

#include <array>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/layers/stage.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Can pointwise stages `a` and `b` run in one loop over the elements? `b` must read the output of `a`, and the parts
/// must come in the order norm, ReLU, skip, dropout.
constexpr bool fuses(const Stage& a, const Stage& b) {
    if (a.kind != Stage::Kind::pointwise || b.kind != Stage::Kind::pointwise || b.input != a.output) return false;
    if (b.skip == a.output) return false;
    const auto first_part = [](const kernels::Pointwise& p) {
        return p.normalises ? 0 : p.relu ? 1 : p.adds_skip ? 2 : 3;
    };
    const auto last_part = [](const kernels::Pointwise& p) { return p.drops ? 3 : p.adds_skip ? 2 : p.relu ? 1 : 0; };
    return last_part(a.pointwise) < first_part(b.pointwise);
}

/// `a` and then `b` as one stage.
constexpr Stage fused(Stage a, const Stage& b) {
    a.pointwise.relu |= b.pointwise.relu;
    a.pointwise.adds_skip |= b.pointwise.adds_skip;
    a.pointwise.drops |= b.pointwise.drops;
    if (b.pointwise.drops) a.pointwise.rate = b.pointwise.rate;
    if (b.skip >= 0) a.skip = b.skip;
    a.output = b.output;
    return a;
}

/// Fuses neighbouring pointwise stages wherever no other stage reads the value between them.
constexpr List<Stage> fuse(const List<Stage>& stages) {
    List<Stage> result;
    for (const Stage& stage : stages) {
        int readers = 0;
        if (!result.empty()) {
            const int between = result.back().output;
            for (const Stage& s : stages) readers += (s.input == between ? 1 : 0) + (s.skip == between ? 1 : 0);
        }
        if (readers == 1 && fuses(result.back(), stage)) {
            result.back() = fused(result.back(), stage);
        } else {
            result.push_back(stage);
        }
    }
    return result;
}

/// The stages of all layers, not yet fused. `problem()` is not empty if a layer refused its shape.
template <class... Layers>
constexpr StageBuilder build(Extent input) {
    StageBuilder builder(input);
    int position = 0;
    const auto add = [&]<class L>() {
        ++position;
        if constexpr (requires { L::name(); }) builder.enter(position, L::name());
        append_layer<L>(builder);
    };
    (add.template operator()<Layers>(), ...);
    return builder;
}

template <Extent Input, class... Layers>
inline constexpr std::size_t fused_count = fuse(build<Layers...>(Input).stages()).size();

/// The network's fused stages as an array.
template <Extent Input, class... Layers>
constexpr auto stage_array() {
    std::array<Stage, fused_count<Input, Layers...>> result{};
    const List<Stage> stages = fuse(build<Layers...>(Input).stages());
    for (std::size_t i = 0; i < stages.size(); ++i) result[i] = stages[i];
    return result;
}

}  // namespace norma::inline NORMA_TARGET::detail
