#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/sequential.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Adds `shortcut`, a value of shape `wanted`, to what the branch of the layer `name` made of `input`, or refuses a
/// branch that ends in another shape; `wanted_in_words` says whose the wanted one is.
constexpr void end_branch(StageBuilder& builder, const Sentence& name, Extent input, int shortcut, Extent wanted,
                          const Sentence& wanted_in_words) {
    const Extent end = builder.shape();
    if (end == wanted) {
        builder.add_skip(shortcut);
    } else {
        builder.refuse(name, input, Sentence("a branch that ends in ") << wanted_in_words << ", not in " << end);
    }
}
}  // namespace detail

/// y = shortcut(x) + branch(x), where both end in the same shape (He et al., 2016, "option B": a projection, such as a
/// strided 1 × 1 convolution and a norm, where the branch changes the shape). `Shortcut` is one layer; `Sequential`
/// makes one of several.
template <class Shortcut, class... Branch>
struct ProjectedResidual {
    static_assert(sizeof...(Branch) > 0,
                  "norma: ProjectedResidual<shortcut, layers...> needs at least one layer in its branch.");

    static constexpr Sentence name() {
        return Sentence("ProjectedResidual<") << names_of<Shortcut, Branch...>() << ">";
    }
    static constexpr void append(StageBuilder& builder) {
        const int start = builder.value();
        const Extent shape = builder.shape();
        append_layer<Shortcut>(builder);
        if (builder.refused()) return;
        const int shortcut = builder.value();
        const Extent wanted = builder.shape();
        builder.go_back(start);
        (append_layer<Branch>(builder), ...);
        if (builder.refused()) return;
        if (shortcut == start || builder.value() == start) {
            builder.refuse(name(), shape, "a shortcut and a branch that do something");
        } else {
            detail::end_branch(builder, name(), shape, shortcut, wanted, Sentence("its shortcut's shape, ") << wanted);
        }
    }
};

/// y = x + branch(x), where the branch is a row of layers that ends in the shape it began with (He et al., 2016).
/// @snippet examples_test.cpp layers
template <class... Branch>
struct Residual {
    static_assert(sizeof...(Branch) > 0, "norma: Residual<layers...> needs at least one layer in its branch.");

    static constexpr Sentence name() { return Sentence("Residual<") << names_of<Branch...>() << ">"; }
    static constexpr void append(StageBuilder& builder) {
        const int start = builder.value();
        const Extent shape = builder.shape();
        (append_layer<Branch>(builder), ...);
        if (builder.refused()) return;
        if (builder.value() == start) {
            builder.refuse(name(), "a branch that does something");
        } else {
            detail::end_branch(builder, name(), shape, start, shape, "that shape");
        }
    }
};

}  // namespace norma::inline NORMA_TARGET
