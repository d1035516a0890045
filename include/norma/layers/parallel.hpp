#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "norma/core/target.hpp"
#include "norma/layers/identity.hpp"
#include "norma/layers/sequential.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Appends each branch to the current value; the values that the branches end in.
template <class... Branches>
constexpr std::array<int, sizeof...(Branches)> append_branches(GraphBuilder& builder) {
    std::array<int, sizeof...(Branches)> ends{};
    const int start = builder.value();
    std::size_t branch = 0;
    const auto add = [&]<class L>() {
        builder.go_to(start);
        append_layer<L>(builder);
        ends[branch++] = builder.value();
    };
    (add.template operator()<Branches>(), ...);
    return ends;
}
}  // namespace detail

/// Branches that get the same input; their outputs, of one height and width, one after another in the channels. A
/// branch is one layer: `Sequential` joins several into one, and `Identity` is the input itself, as in a DenseNet
/// (Huang et al., 2017): `Concat<Identity, Sequential<BatchNorm, ReLU, Conv2d<12, 3, 1, 1>>>`.
template <class... Branches>
struct Concat {
    static_assert(sizeof...(Branches) > 1, "norma: Concat<branches...> needs at least two branches.");

    static constexpr FixedString name() { return FixedString("Concat<") << names_of<Branches...>() << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent shape = builder.shape();
        const auto ends = detail::append_branches<Branches...>(builder);
        if (builder.refused()) return;
        builder.go_to(ends[0]);
        const Extent wanted = builder.shape();
        // One node takes at most `most_inputs` values; the next takes its output and further values.
        for (std::size_t next = 1; next < ends.size();) {
            std::array<int, most_inputs> values{};
            std::array<Extent, most_inputs> extents{builder.shape()};
            const int joined = builder.value();
            std::size_t count = 1;
            for (; count < most_inputs && next < ends.size(); ++count, ++next) {
                builder.go_to(ends[next]);
                values[count] = ends[next];
                extents[count] = builder.shape();
                if (extents[count].height != wanted.height || extents[count].width != wanted.width) {
                    builder.refuse(name(), shape,
                                   FixedString("branches that end in one height and width, not in ")
                                       << wanted << " and " << extents[count]);
                    return;
                }
            }
            builder.go_to(joined);
            builder.append(ops::Concat::of({extents.data(), count}), std::span(values).subspan(1, count - 1));
        }
    }
};

/// Branches that get the same input; the sum of their outputs, which have one shape. `Residual<layers...>` is the sum
/// of `Identity` and one branch.
template <class... Branches>
struct Sum {
    static_assert(sizeof...(Branches) > 1, "norma: Sum<branches...> needs at least two branches.");

    static constexpr FixedString name() { return FixedString("Sum<") << names_of<Branches...>() << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent shape = builder.shape();
        const auto ends = detail::append_branches<Branches...>(builder);
        if (builder.refused()) return;
        builder.go_to(ends[0]);
        const Extent wanted = builder.shape();
        for (const int end : ends) {
            builder.go_to(end);
            if (builder.shape() == wanted) continue;
            builder.refuse(name(), shape,
                           FixedString("branches that end in one shape, not in ")
                               << wanted << " and " << builder.shape());
            return;
        }
        builder.go_to(ends[0]);
        for (std::size_t k = 1; k < ends.size(); ++k) builder.append(ops::Add{wanted}, ends[k]);
    }
};

}  // namespace norma::inline NORMA_TARGET
