#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Where the last of `inputs` ends, if they are one after another.
constexpr int total_size(std::span<const Extent> inputs) {
    int sum = 0;
    for (const Extent& input : inputs) sum += input.size();
    return sum;
}
}  // namespace detail

/// The shapes of a network's inputs, in place of the one `Shape`. A sample is the inputs one after another, each as a
/// network of that input alone takes it: height × width × channels. The layer `Input<k>` begins a branch at input k.
/// @snippet examples_test.cpp inputs
template <ShapeType... Shapes>
struct Inputs {
    static_assert(sizeof...(Shapes) > 0, "norma: Inputs<shapes...> needs at least one Shape.");
    static_assert((0ll + ... + Shapes::size) <= most_elements,
                  "norma: the shapes of Inputs<shapes...> may have at most 1073741824 numbers together (2 to the power "
                  "of 30).");

    static constexpr int count = int(sizeof...(Shapes));          ///< number of inputs
    static constexpr Extent extents[] = {Shapes::extent...};      ///< of each input
    static constexpr int size = int((0ll + ... + Shapes::size));  ///< number of elements of a sample
    static constexpr Extent extent{size, 1, 1};                   ///< of a sample, which is a vector

    /// Where input `k` begins in a sample.
    static constexpr int offset(int k) { return detail::total_size({extents, std::size_t(k)}); }
};

namespace detail {
template <class T>
inline constexpr bool is_inputs = false;
template <class... Shapes>
inline constexpr bool is_inputs<Inputs<Shapes...>> = true;

/// The shapes of `Inputs<…>`; none for a `Shape`, which is the sample itself.
template <class Input>
constexpr std::span<const Extent> inputs_of() {
    if constexpr (is_inputs<Input>) return Input::extents;
    return {};
}
}  // namespace detail

/// What a network takes: a `Shape<C, H, W>` or `Inputs<shapes...>`.
template <class T>
concept InputType = ShapeType<T> || detail::is_inputs<T>;

}  // namespace norma::inline NORMA_TARGET
