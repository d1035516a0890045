#include "norma/kernels/convolution_choice.hpp"

#include <doctest/doctest.h>

namespace convolution_choice_test {

using namespace norma;
using namespace norma::kernels;

/// A convolution of 3×3 taps that keeps the size of the image.
constexpr Convolution geometry(Extent input, int outputs) {
    return {.input = input, .output = {outputs, input.height, input.width}, .kernel = {3, 3}, .padding = {1, 1}};
}
/// One of one tap.
constexpr Convolution pointwise(int inputs, int outputs, int size) {
    return {.input = {inputs, size, size}, .output = {outputs, size, size}};
}

TEST_CASE("Winograd's algorithm is for 3x3 taps, stride 1 and channels that fill packets") {
    constexpr Convolution c = geometry({32, 8, 8}, 32);
    CHECK(uses_winograd(c));
    const auto with = [&](auto change) {
        Convolution other = c;
        change(other);
        return uses_winograd(other);
    };
    CHECK_FALSE(with([](Convolution& o) { o.kernel = {1, 3}; }));
    CHECK_FALSE(with([](Convolution& o) { o.stride = {2, 1}; }));
    CHECK_FALSE(with([](Convolution& o) { o.dilation = {1, 2}; }));
    CHECK_FALSE(with([](Convolution& o) { o.groups = 2; }));
    CHECK_FALSE(with([](Convolution& o) { o.padding.width = 3; }));
    CHECK_FALSE(with([](Convolution& o) { o.input.channels = 24; }));
    CHECK_FALSE(with([](Convolution& o) { o.output.channels = 10; }));
    CHECK_FALSE(with([](Convolution& o) { o.input.channels = o.output.channels = 16; }));
    CHECK_FALSE(with([](Convolution& o) { o.input.height = o.output.height = 1; }));
}

TEST_CASE("the model counts the products inside the image of all three kernels, by groups, and Winograd's are fewer") {
    CHECK(modelled_multiply_adds(pointwise(3, 5, 4)) == 3 * 16 * 3 * 5);
    Convolution c = geometry({4, 3, 3}, 6);
    const double inside = 3 * 49 * 4 * 6;  // 7 of 9 taps of each row and column are inside
    CHECK(modelled_multiply_adds(c) == inside);
    c.groups = 2;
    CHECK(modelled_multiply_adds(c) == inside / 2);
    const Convolution wide = geometry({256, 32, 32}, 256);
    CHECK(modelled_multiply_adds(wide) < 0.6 * 3 * double(wide.multiply_adds()));
    CHECK(modelled_multiply_adds(wide) > 16.0 / 36 * 3 * double(wide.multiply_adds()));
}

TEST_CASE("Winograd's algorithm is chosen where it takes less time") {
    const auto without_padding = [](int channels, int size) {
        return Convolution{.input = {channels, size, size}, .output = {channels, size - 2, size - 2}, .kernel = {3, 3}};
    };
    CHECK(uses_winograd(geometry({16, 32, 32}, 32)));
    CHECK_FALSE(uses_winograd(geometry({16, 32, 32}, 16)));  // the transforms outweigh the products
    CHECK(uses_winograd(without_padding(32, 12)));
    CHECK_FALSE(uses_winograd(without_padding(32, 5)));      // half of the tiles for the gradient is empty
    CHECK_FALSE(uses_winograd(geometry({512, 3, 3}, 512)));  // so is half of these
    CHECK(uses_winograd(geometry({512, 4, 4}, 512)));
    // Multiply-adds of the taps inside the image: rows and columns of a 4×4 image have 2 + 3 + 3 + 2.
    CHECK(kernels::detail::direct_cost(geometry({512, 4, 4}, 512)) == 3 * 10 * 10);
    CHECK(kernels::detail::winograd_cost(geometry({90, 4, 4}, 90)) == doctest::Approx(3 * 4 * 16 * 1.2));
}

TEST_CASE("samples at a time: as many as make up for reading the weights") {
    CHECK(samples_at_a_time(geometry({64, 32, 32}, 64)) == 1);
    CHECK(samples_at_a_time(geometry({64, 8, 8}, 64)) == 4);
    CHECK(samples_at_a_time(geometry({256, 5, 5}, 256)) == 8);  // 9 tiles, so 72
    CHECK(samples_at_a_time(geometry({64, 5, 5}, 64)) == 10);   // 25 pixels, so 250
    CHECK(samples_at_a_time(pointwise(16, 16, 4)) == 1);        // few weights
    CHECK(samples_at_a_time(pointwise(256, 512, 32)) == 1);     // many pixels
    CHECK(samples_at_a_time(pointwise(256, 512, 8)) == 4);
}

TEST_CASE("weights are packed where few pixels read many of them") {
    CHECK(packs_weights(pointwise(512, 512, 1)));
    CHECK_FALSE(packs_weights(pointwise(512, 512, 8)));
    CHECK_FALSE(packs_weights(pointwise(64, 64, 1)));
    CHECK(packs_weights(geometry({512, 4, 4}, 512)));
}

}  // namespace convolution_choice_test
