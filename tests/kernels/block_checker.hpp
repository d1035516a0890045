#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <norma/core/fixed_string.hpp>
#include <norma/core/precision.hpp>
#include <norma/kernels/convolution.hpp>
#include <norma/kernels/prefetch.hpp>

#include "../support/convolution_products.hpp"
#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

/// Compares convolutions of several images with plain loops.
namespace block_checker {

using namespace norma;
using namespace norma::kernels;

/// Several images in one array: between the pixels and between the images there are gaps.
struct ImageBlock {
    int count;
    Extent extent;
    int pitch;
    int gap;

    int image() const { return extent.pixels() * pitch + gap; }
    int size() const { return count * image(); }
    bool is_gap(int i) const {
        const int in_image = i % image();
        return in_image >= extent.pixels() * pitch || in_image % pitch >= extent.channels;
    }
    /// `numbers` with `value` in the gaps.
    template <class T>
    std::vector<T> filled(std::vector<T> numbers, T value) const {
        for (int i = 0; i < size(); ++i) {
            if (is_gap(i)) numbers[std::size_t(i)] = value;
        }
        return numbers;
    }
    /// Whole numbers to read; NaN in the gaps.
    template <class T>
    std::vector<T> input(std::uint64_t seed, int most = 6) const {
        return filled(whole_numbers<T>(size(), seed, most), unwritten<T>());
    }
    /// NaN to overwrite; numbers that must not change in the gaps.
    template <class T>
    Guarded<T> output() const {
        return Guarded<T>(filled(std::vector<T>(std::size_t(size()), unwritten<T>()), T(77)));
    }
};

/// The kernels of one geometry, so that what compares them is compiled once. Images are of numbers of type `T`.
template <class T>
struct BlockKernels {
    using N = ScalarOf<T>;  ///< of weights and sums
    using Forward = void (*)(const Images&, const T*, const N*, const N*, T*, const T*, N*, const NoPrefetch&);
    using InputGradient = void (*)(const Images&, const T*, const N*, T*, N*, const NoPrefetch&);

    Convolution c;
    int weight_count;  ///< numbers that transformed weights take
    int (*scratch)(int images, bool gradients);
    void (*weights)(const N*, N*);
    void (*transposed_weights)(const N*, N*);
    Forward forward;
    Forward forward_to_the_end;
    InputGradient input_gradient;
    InputGradient input_gradient_add;
    void (*weight_gradient)(const Images&, const T*, const T*, N*, N*, const NoPrefetch&);
};

/// Compares the kernels with plain loops. Sums of whole numbers are exact in any algorithm, so all bits agree: the
/// weights are multiples of 4, which the factor ¼ of Winograd's algorithm leaves whole. What is bfloat16 is rounded
/// once.
template <class T>
void compare_with_plain_loops(const BlockKernels<T>& k, int images) {
    using N = ScalarOf<T>;
    const Convolution& c = k.c;
    INFO(images, " of ", shape_text(c.input), " to ", shape_text(c.output), ", padding ", c.padding.height, "x",
         c.padding.width, ", pitches ", c.input_pitch, " and ", c.output_pitch);
    const ImageBlock input{images, c.input, c.input_step(), 6};
    const ImageBlock output{images, c.output, c.output_step(), 8};
    const ImageBlock skips{images, c.output, c.output.channels + 3, 1};
    const std::vector<T> x = input.input<T>(1);
    const std::vector<T> dy = output.input<T>(2);
    const std::vector<T> skip = skips.input<T>(3, 100);
    const std::vector<N> bias = whole_numbers<N>(c.output.channels, 4);
    const std::vector<T> old_x = input.filled(whole_numbers<T>(input.size(), 5, 100), T(77));
    const std::vector<N> old_w = whole_numbers<N>(c.weight_count(), 6, 100);
    std::vector<N> w = whole_numbers<N>(c.weight_count(), 7);
    for (N& value : w) value *= 4;

    std::vector<N> y(std::size_t(output.size()));
    std::vector<N> dx(std::size_t(input.size()));
    std::vector<N> dw = old_w;
    for (int n = 0; n < images; ++n) {
        const std::size_t in_image = std::size_t(n * input.image());
        const std::size_t out_image = std::size_t(n * output.image());
        for_each_product(c, [&](std::size_t in, std::size_t weight, std::size_t out) {
            y[out_image + out] += x[in_image + in] * w[weight];
            dx[in_image + in] += dy[out_image + out] * w[weight];
            dw[weight] += x[in_image + in] * dy[out_image + out];
        });
    }
    std::vector<N> y_to_the_end = y;
    std::vector<N> dx_added(old_x.begin(), old_x.end());
    for (std::size_t i = 0; i < dx.size(); ++i) dx_added[i] += dx[i];
    for (int i = 0; i < output.size(); ++i) {
        if (output.is_gap(i)) continue;
        const int pixel = i % output.image() / output.pitch;
        const int channel = i % output.image() % output.pitch;
        const int at = i / output.image() * skips.image() + pixel * skips.pitch + channel;
        N& value = y_to_the_end[std::size_t(i)];
        value = std::max(N(0), value + bias[std::size_t(channel)]) + skip[std::size_t(at)];
    }

    const auto rounded = [](const std::vector<N>& numbers) {
        std::vector<T> result;
        for (const N number : numbers) result.push_back(T(number));
        return result;
    };
    Guarded<N> u(k.weight_count);
    k.weights(w.data(), u.data());
    Guarded<N> transposed(k.weight_count);
    k.transposed_weights(w.data(), transposed.data());
    CHECK(u.intact());
    CHECK(transposed.intact());
    Guarded<N> scratch(k.scratch(images, false));
    const auto in = input.image(), out = output.image();

    Guarded<T> found = output.output<T>();
    k.forward({images, in, out}, x.data(), u.data(), nullptr, found.data(), nullptr, scratch.data(), {});
    CHECK(found.differences(output.filled(rounded(y), T(77))) == 0);
    found = output.output<T>();
    k.forward_to_the_end({images, in, out, skips.image()}, x.data(), u.data(), bias.data(), found.data(), skip.data(),
                         scratch.data(), {});
    CHECK(found.differences(output.filled(rounded(y_to_the_end), T(77))) == 0);
    CHECK(scratch.intact());

    scratch = Guarded<N>(k.scratch(images, true));
    found = input.output<T>();
    k.input_gradient({images, out, in}, dy.data(), transposed.data(), found.data(), scratch.data(), {});
    CHECK(found.differences(input.filled(rounded(dx), T(77))) == 0);
    found = Guarded<T>(old_x);
    k.input_gradient_add({images, out, in}, dy.data(), transposed.data(), found.data(), scratch.data(), {});
    CHECK(found.differences(input.filled(rounded(dx_added), T(77))) == 0);
    Guarded<N> found_dw(old_w);
    k.weight_gradient({images, in, out}, x.data(), dy.data(), found_dw.data(), scratch.data(), {});
    CHECK(found_dw.differences(dw) == 0);
    CHECK(scratch.intact());
}

}  // namespace block_checker
