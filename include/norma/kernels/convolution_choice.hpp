#pragma once

#include <algorithm>

#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/winograd.hpp"

/// How a convolution is computed: what follows from its sizes alone, and is decided here alone. The limits are measured
/// (docs/benchmarks.md, "Wide layers").
namespace norma::inline NORMA_TARGET::kernels {

/// Is the convolution computed by Winograd's algorithm? It pays where sums over channels outweigh the transforms.
constexpr bool uses_winograd(const Convolution& c) {
    constexpr int least = 48;       // channels of both sides
    constexpr int most_lanes = 16;  // of any machine, so that plans do not depend on it
    const auto suits = [](int channels) { return channels % most_lanes == 0; };
    return c.kernel == Size{3, 3} && c.stride == Size{1, 1} && c.dilation == Size{1, 1} && c.groups == 1 &&
           c.padding.height <= 2 && c.padding.width <= 2 && c.output.height >= 2 && c.output.width >= 2 &&
           suits(c.input.channels) && suits(c.output.channels) && c.input.channels + c.output.channels >= least;
}

/// Have `images` images so few tiles that a direct convolution takes less time than Winograd's algorithm? It reads 9
/// numbers for each pair of channels instead of 16, and these come from memory.
constexpr bool few_tiles(const Convolution& c, int images) {
    constexpr int few = 8;
    constexpr int many_weights = 1 << 17;
    return c.weight_count() >= many_weights && images * detail::WinogradSum::forward(c).tiles() <= few;
}

/// Samples that a kernel should get at a time, so that reading the weights, and reading and writing their gradient,
/// takes little of its time, and so that small images fill the tiles. A direct convolution is at its limit with 256
/// pixels, Winograd's algorithm with 64 tiles.
constexpr int samples_at_a_time(const Convolution& c) {
    constexpr int few_weights = 1 << 14;  // stay in the caches close to the core
    constexpr int pixels = 256;
    constexpr int tiles = 64;
    if (c.weight_count() < few_weights) return 1;
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
