#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/sequential.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Ends the branch of the layer `name`, whose input has shape `input`: adds value `shortcut`, of shape `wanted`, or
/// refuses a branch that ends in another shape. `wanted_in_words` names the shape in the message.
constexpr void end_branch(GraphBuilder& builder, const FixedString& name, Extent input, int shortcut, Extent wanted,
                          const FixedString& wanted_in_words) {
    const Extent end = builder.shape();
    if (end == wanted) {
        builder.append(ops::Add{wanted}, shortcut);
    } else {
        builder.refuse(name, input, FixedString("a branch that ends in ") << wanted_in_words << ", not in " << end);
    }
}
}  // namespace detail

/// y = shortcut(x) + branch(x), both of the same shape (He et al., 2016, "option B": where the branch changes the
/// shape, the shortcut is a projection, such as a strided 1 × 1 convolution and a norm). `Shortcut` is one layer;
/// `Sequential` joins several into one.
template <class Shortcut, class... Branch>
struct ProjectedResidual {
    static_assert(sizeof...(Branch) > 0,
                  "norma: ProjectedResidual<shortcut, layers...> needs at least one layer in its branch.");

    static constexpr FixedString name() {
        return FixedString("ProjectedResidual<") << names_of<Shortcut, Branch...>() << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const int start = builder.value();
        const Extent shape = builder.shape();
        append_layer<Shortcut>(builder);
        if (builder.refused()) return;
        const int shortcut = builder.value();
        const Extent wanted = builder.shape();
        builder.go_to(start);
        (append_layer<Branch>(builder), ...);
        if (builder.refused()) return;
        if (shortcut == start || builder.value() == start) {
            builder.refuse(name(), shape, "a shortcut and a branch that do something");
        } else {
            detail::end_branch(builder, name(), shape, shortcut, wanted,
                               FixedString("its shortcut's shape, ") << wanted);
        }
    }
};

/// y = x + branch(x), where the branch is a sequence of layers that ends in the shape of x (He et al., 2016).
/// @snippet examples_test.cpp layers
template <class... Branch>
struct Residual {
    static_assert(sizeof...(Branch) > 0, "norma: Residual<layers...> needs at least one layer in its branch.");

    static constexpr FixedString name() { return FixedString("Residual<") << names_of<Branch...>() << ">"; }
    static constexpr void append(GraphBuilder& builder) {
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
