#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

namespace detail {
template <class... Sequences>
struct Join;
template <class... Layers>
struct Join<Sequential<Layers...>> {
    using Type = Sequential<Layers...>;
};
template <class... First, class... Second, class... Rest>
struct Join<Sequential<First...>, Sequential<Second...>, Rest...> : Join<Sequential<First..., Second...>, Rest...> {};

template <int Count, class L, class... Layers>
struct Copies : Copies<Count - 1, L, L, Layers...> {};
template <class L, class... Layers>
struct Copies<0, L, Layers...> {
    using Type = Sequential<Layers...>;
};
}  // namespace detail

/// One sequence with the layers of several, numbered through in files.
template <class... Sequences>
using Joined = typename detail::Join<Sequences...>::Type;

/// `Count` times the layer `L`, as a sequence for `Joined`.
template <int Count, class L>
using Repeated = typename detail::Copies<Count, L>::Type;

}  // namespace norma::zoo
