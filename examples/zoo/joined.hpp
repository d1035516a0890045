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
}  // namespace detail

/// One sequence with the layers of several, numbered through in files.
template <class... Sequences>
using Joined = typename detail::Join<Sequences...>::Type;

}  // namespace norma::zoo
