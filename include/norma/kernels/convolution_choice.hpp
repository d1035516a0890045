#pragma once

#include <algorithm>

#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/winograd.hpp"

/// How a convolution is computed: what follows from its sizes alone, and is decided here alone. `bench_kernels`
/// measures whether the choice is right.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// Products of the three kernels of a direct convolution, for each pair of channels: output, gradients of the input and
/// of the weight. Taps outside the image cost nothing.
constexpr double direct_cost(const Convolution& c) {
    const auto taps = [](int input, int output, int kernel, int padding) {
        long long inside = 0;
        for (int k = 0; k < kernel; ++k) {
            inside += std::max(0, std::min(output, input + padding - k) - std::max(0, padding - k));
        }
        return inside;
    };
    return 3.0 * double(taps(c.input.height, c.output.height, c.kernel.height, c.padding.height)) *
           double(taps(c.input.width, c.output.width, c.kernel.width, c.padding.width));
}

/// The same for Winograd's algorithm, if stride and dilation are 1: 16 for each tile, and the transforms. The transform
/// of a channel takes the time of 9 · 16 products.
constexpr double winograd_cost(const Convolution& c) {
    constexpr double transform = 9;
    const int tiles = 2 * WinogradSum::forward(c).tiles() + WinogradSum::backward(c).tiles();
    return winograd_elements * tiles * (1 + transform / c.input.channels + transform / c.output.channels);
}

}  // namespace detail

/// Is the convolution computed by Winograd's algorithm? It is if that takes less time in training by `winograd_cost`,
/// for 3×3 taps and channels that fill packets.
constexpr bool uses_winograd(const Convolution& c) {
    constexpr int most_lanes = 16;  // of any machine, so that plans do not depend on it
    if (c.kernel != Size{3, 3} || c.stride != Size{1, 1} || c.dilation != Size{1, 1} || c.groups != 1) return false;
    if (c.padding.height > 2 || c.padding.width > 2 || c.output.size() == 0) return false;
    if (c.input.channels % most_lanes != 0 || c.output.channels % most_lanes != 0) return false;
    return detail::winograd_cost(c) < 0.95 * detail::direct_cost(c);
}

/// The model's time of the three kernels of a convolution for one sample, in multiply-adds at the processor's peak.
constexpr double modelled_multiply_adds(const Convolution& c) {
    const double cost = uses_winograd(c) ? detail::winograd_cost(c) : detail::direct_cost(c);
    return cost * c.output.channels * (c.input.channels / c.groups);
}

/// Samples that a kernel should get at a time, so that reading the weights, and reading and writing their gradient,
/// takes little of its time, and so that small images fill the tiles. A direct convolution is at its limit with 256
/// pixels, Winograd's algorithm with 64 tiles.
constexpr int samples_at_a_time(const Convolution& c) {
    constexpr int pixels = 256;
    constexpr int tiles = 64;
    if (c.weight_count() < detail::few_weights) return 1;
    if (uses_winograd(c)) {
        const int of_image = detail::WinogradSum::forward(c).tiles();
        return (tiles + of_image - 1) / of_image;
    }
    return std::max(1, pixels / std::max(1, c.output.pixels()));
}

/// Does a direct convolution read packed weights (`pack_weights`)? It pays where few pixels read many weights, for
/// memory is fast only along addresses.
constexpr bool packs_weights(const Convolution& c) {
    constexpr int many_weights = 1 << 16;
    constexpr int few_pixels = 16;
    return c.weight_count() >= many_weights && c.output.pixels() <= few_pixels;
}

}  // namespace norma::inline NORMA_TARGET::kernels
