#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/named.hpp"
#include "norma/layers/sequential.hpp"

namespace norma::inline NORMA_TARGET {

/// A name for a value of the network, which `predict<"name">` returns and the loss of an `Executor` gets (`TapValues`).
/// What comes after it reads the same value.
///
/// `Tap<"name">` names the value at its place. Modes compute it only if they have `taps`, as `tapped_mode` does; it
/// costs training nothing. `Tap<"name", layers...>` is an auxiliary head, as in GoogLeNet (Szegedy et al., 2014): it
/// names the output of these layers, a branch beside the main path. Training computes it, the loss of the executor
/// writes its gradient, and a `Trainer` adds its loss, with a weight, to that of the network. Evaluation leaves it out.
/// @snippet examples_test.cpp tap
template <Literal Name, class... Head>
struct Tap {
    static constexpr FixedString name() {
        FixedString text = FixedString("Tap<") << Name.view();
        if constexpr (sizeof...(Head) > 0) text << ", " << names_of<Head...>();
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const int start = builder.value();
        (append_layer<Head>(builder), ...);
        builder.tap(Name.view(), sizeof...(Head) > 0, name());
        builder.go_to(start);
    }
};

}  // namespace norma::inline NORMA_TARGET
