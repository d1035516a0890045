#pragma once

#include "norma/layers/stage.hpp"

namespace norma {

/// y = x + branch(x), where the branch is a row of layers that ends in the shape it began with (He et al., 2016).
template <class... Branch>
struct Residual {
    static_assert(sizeof...(Branch) > 0, "norma: Residual<layers...> needs at least one layer in its branch.");

    static constexpr Sentence name() {
        Sentence text = "Residual<";
        const char* separator = "";
        ((text << separator << part_name<Branch>(), separator = ", "), ...);
        return text << ">";
    }
    static constexpr void append(StageBuilder& builder) {
        const int start = builder.value();
        const Extent shape = builder.shape();
        (append_layer<Branch>(builder), ...);
        if (builder.refused()) return;
        if (builder.value() == start) {
            builder.refuse(name(), "a branch that does something");
        } else if (builder.shape() != shape) {
            const Extent end = builder.shape();
            builder.refuse(name(), shape,
                           Sentence("a branch that ends in that shape, not in ")
                               << end.channels << "x" << end.height << "x" << end.width);
        } else {
            builder.add_skip(start);
        }
    }

private:
    template <class L>
    static constexpr Sentence part_name() {
        if constexpr (requires { L::name(); }) return L::name();
        return "?";
    }
};

}  // namespace norma
