#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/copy.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// The same numbers in another order, in one of three ways:
/// - the channels in groups, shuffled: y[k·groups + g] = x[g·(channels / groups) + k];
/// - flat, `groups` 0: all numbers of a sample as the channels of one pixel, in PyTorch's order C×H×W;
/// - `image`: back from such a vector. Its channels, in as many groups as the image has channels, are shuffled.
struct Permute {
    static constexpr const char* name = "permute";

    Extent input;       ///< of one sample
    int groups = 0;     ///< of channels that are shuffled
    Extent image = {};  ///< shape that a vector gets; empty if the op does not make an image of one

    /// Does it flatten the sample?
    constexpr bool is_flat() const { return groups == 0; }
    /// Does it make an image of a vector?
    constexpr bool is_image() const { return image != Extent{}; }
    /// Shape of the output.
    constexpr Extent output() const {
        if (is_image()) return image;
        return is_flat() ? Extent{input.size(), 1, 1} : input;
    }
    /// A sample is this many matrices of `rows` × `columns` numbers, each of which is transposed.
    constexpr int matrices() const { return is_flat() ? 1 : input.pixels(); }
    /// Rows of a matrix.
    constexpr int rows() const { return is_flat() ? input.pixels() : groups; }
    /// Columns of a matrix.
    constexpr int columns() const { return is_flat() ? input.channels : input.channels / groups; }

    constexpr OpFacts facts() const { return {.output = output(), .is_cheap = true}; }
    /// What the op needs, if its input does not fit.
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], input, output());
        if (!needs.empty()) return needs;
        if (groups < 0 || (groups > 0 && input.channels % groups != 0)) {
            return FixedString("a number of channels divisible by its ") << groups << " groups";
        }
        if (is_image() && (image.channels != groups || input != Extent{image.size(), 1, 1})) {
            return FixedString("a vector of as many numbers as ") << image << ", in a group for each channel";
        }
        return {};
    }
    friend constexpr bool operator==(const Permute&, const Permute&) = default;
};

/// Kernels of `Permute`.
template <class T, Permute Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::transpose<T, kernels::Write::assign>(Op.matrices(), Op.rows(), Op.columns(), a.input(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::transpose<T, To[0].write>(Op.matrices(), Op.columns(), Op.rows(), a.output_gradient(),
                                               a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
