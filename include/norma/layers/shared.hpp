#pragma once

#include <string_view>

#include "norma/core/target.hpp"
#include "norma/layers/named.hpp"
#include "norma/layers/sequential.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// A text that no other type has.
template <class L>
constexpr std::string_view type_text() {
    return __PRETTY_FUNCTION__;
}
}  // namespace detail

/// The layer `L` with one set of parameters for all its uses: wherever `Shared<"head", L>` is in a network, it has the
/// same weights, whose gradient is the sum over all uses. The images may have other heights and widths where the
/// parameters do not depend on them. A norm over the batch takes its statistics at each use; its running statistics are
/// shared, and each use moves them, as in PyTorch.
/// @snippet examples_test.cpp shared
template <Literal Name, class L>
struct Shared {
    static constexpr FixedString name() {
        return FixedString("Shared<") << Name.view() << ", " << detail::part_name<L>() << ">";
    }
    /// The name that `L` has in files, if it has one of its own.
    static constexpr std::string_view state_name()
        requires requires { L::state_name(); }
    {
        return L::state_name();
    }
    static constexpr void append(GraphBuilder& builder) {
        builder.append_shared(Name.view(), detail::type_text<L>(), detail::part_name<L>(), name(),
                              [&] { append_layer<L>(builder); });
    }
};

}  // namespace norma::inline NORMA_TARGET
