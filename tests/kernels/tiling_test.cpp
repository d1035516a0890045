#include "norma/kernels/tiling.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tiling_test {

using namespace norma;
using namespace norma::kernels::detail;

namespace {
constexpr Axis forward_axis(int size, int kernel, int stride, int padding) {
    return {size, (size + 2 * padding - kernel) / stride + 1, kernel, stride, padding, false};
}
constexpr TapSum square(int channels, Axis axis, int targets) {
    return {
        {channels, axis.source, axis.source}, {targets, axis.target, axis.target}, axis, axis, 1, channels, targets};
}
}  // namespace

TEST_CASE("tiles cover a row from end to end, none too long, and begin where strides do") {
    int wrong = 0;
    for (int width = 1; width <= 70; ++width) {
        for (int most = 1; most <= 14; ++most) {
            for (int step = 1; step <= 3; ++step) {
                const int tiles = tile_count(width, most, step);
                wrong += tile_begin(width, most, step, 0) != 0;
                wrong += tile_begin(width, most, step, tiles) != width;
                for (int tile = 0; tile < tiles; ++tile) {
                    const int begin = tile_begin(width, most, step, tile);
                    const int pixels = tile_begin(width, most, step, tile + 1) - begin;
                    wrong += begin % step != 0 || pixels < 1 || pixels > std::max(most, step);
                }
            }
        }
    }
    CHECK(wrong == 0);
}

namespace {
/// Number of tiles of `for_each_row_tile` that differ from the list of `tile_begin`.
template <TapSum G, int Most>
int wrong_tiles() {
    int wrong = 0;
    int tile = 0;
    for_each_row_tile<G, Most>([&](int begin, auto pixels, auto place) {
        wrong += begin != tile_begin(G.target.width, Most, G.step(), tile++);
        wrong += begin + pixels != tile_begin(G.target.width, Most, G.step(), tile);
        wrong += place != (G.x.interior(begin, pixels) ? anywhere : begin);
    });
    return wrong + (tile != tile_count(G.target.width, Most, G.step()));
}
}  // namespace

TEST_CASE("the tiles of a wide row, which are a loop, are those of the list") {
    CHECK(wrong_tiles<square(1, forward_axis(9, 3, 1, 1), 1), 3>() == 0);
    CHECK(wrong_tiles<square(1, forward_axis(100, 3, 1, 1), 1), 3>() == 0);
    CHECK(wrong_tiles<square(1, forward_axis(101, 3, 2, 0), 1), 4>() == 0);
    CHECK(wrong_tiles<square(1, forward_axis(42, 1, 1, 0), 1), 6>() == 0);
    CHECK(wrong_tiles<square(1, forward_axis(40, 25, 1, 12), 1), 2>() == 0);
    CHECK(wrong_tiles<square(1, Axis{20, 61, 3, 3, 0, true, 2}, 1), 8>() == 0);
    CHECK(wrong_tiles<square(1, Axis{40, 80, 2, 2, 0, true}, 1), 5>() == 0);
}

TEST_CASE("blocks cover all source channels in order, and know the first and the last") {
    const auto blocks = []<int Count, int Block>(std::integer_sequence<int, Count, Block>) {
        std::string text;
        for_each_block<Count, Block>([&](int first, auto count, auto is_first, auto is_last) {
            text += std::to_string(first) + "+" + std::to_string(count) + (is_first ? "<" : "") + (is_last ? ">" : " ");
        });
        return text;
    };
    CHECK(blocks(std::integer_sequence<int, 5, 5>{}) == "0+5<>");
    CHECK(blocks(std::integer_sequence<int, 5, 3>{}) == "0+3< 3+2>");
    CHECK(blocks(std::integer_sequence<int, 14, 4>{}) == "0+4< 4+4 8+4 12+2>");
}

TEST_CASE("tiles at the border are no shorter than those between") {
    for (int width = 3; width <= 70; ++width) {
        const int tiles = tile_count(width, 6, 1);
        const auto pixels = [&](int tile) { return tile_begin(width, 6, 1, tile + 1) - tile_begin(width, 6, 1, tile); };
        for (int tile = 1; tile + 1 < tiles; ++tile) {
            CAPTURE(width);
            CHECK(pixels(tile) <= pixels(0));
        }
    }
}

TEST_CASE("accumulators, weights and inputs of a tile fit the registers") {
    for (const int packets : {1, 2, 4}) {
        const int pixels = tile_pixels(packets);
        CHECK(pixels >= 1);
        CHECK((pixels == 1 || pixels * packets + std::min(pixels, packets) + 1 <= simd::registers));
    }
}

TEST_CASE("a tile holds the inputs of a kernel row where they fit the registers too") {
    const Axis three = forward_axis(30, 3, 1, 0);
    const int pixels = (simd::registers - 3) / 2;  // as many sums, two inputs more, one packet of weights
    CHECK(holds_inputs(three, pixels, 1, 1));
    CHECK_FALSE(holds_inputs(three, pixels + 1, 1, 1));
    CHECK_FALSE(holds_inputs(three, pixels, 2, 1));
    CHECK_FALSE(holds_inputs(three, pixels, 1, 2));
    CHECK_FALSE(holds_inputs(forward_axis(30, 5, 1, 0), pixels, 1, 1));
    CHECK_FALSE(holds_inputs(forward_axis(30, 3, 2, 0), 1, 1, 1));
    CHECK_FALSE(holds_inputs(forward_axis(30, 1, 1, 0), 1, 1, 1));
    CHECK(holds_inputs({30, 26, 3, 1, 0, false, 2}, 4, 1, 1));
    CHECK_FALSE(holds_inputs({30, 20, 3, 1, 0, false, 5}, 4, 1, 1));  // between its 4 pixels' taps are gaps
}

TEST_CASE("a tile with few sums keeps those of neighbouring channels apart") {
    CHECK(tile_parts(16, 14, 1) == 1);
    CHECK(tile_parts(16, 5, 1) == 2);
    CHECK(tile_parts(15, 5, 1) == 1);
}

TEST_CASE("a tile's columns are where its pixels' taps read, each once") {
    constexpr Axis padded = forward_axis(9, 3, 1, 1);
    constexpr TapSum forward = square(1, padded, 1);
    CHECK(tile_columns<forward, 4, 0>() == std::array{Axis::none, 0, 1, 2, 3, 4});
    CHECK(tile_columns<forward, 4, anywhere>() == std::array{0, 1, 2, 3, 4, 5});

    constexpr TapSum backward = square(1, Axis{9, 9, 3, 1, 1, true}, 1);
    CHECK(tile_columns<backward, 4, 5>() == std::array{4, 5, 6, 7, 8, Axis::none});
    CHECK(first_column(forward.x, 2) == 2);
    CHECK(first_column(backward.x, 2) == 0);
}

TEST_CASE("an axis reads what the definition of a convolution says, and nothing outside") {
    constexpr Axis axis = forward_axis(5, 3, 2, 1);
    CHECK(axis.target == 3);
    CHECK(axis.read(0, 0) == Axis::none);
    CHECK(axis.read(0, 1) == 0);
    CHECK(axis.read(2, 1) == 4);
    CHECK(axis.read(2, 2) == Axis::none);
    CHECK(Axis{7, 5, 3, 1, 2, false, 3}.read(1, 2) == 5);
    constexpr Axis back{3, 5, 3, 2, 1, true};
    for (int t = 0; t < 3; ++t) {
        for (int k = 0; k < 3; ++k) {
            if (axis.read(t, k) != Axis::none) CHECK(back.read(axis.read(t, k), k) == t);
        }
    }
}

TEST_CASE(
    "narrow images take more packets of channels at once, and channels are taken in blocks that the L1 cache holds") {
    if (simd::Widest<float>::lanes == 8 && simd::has_fused_multiply_add && simd::registers == 16) {
        CHECK(tile_packets<float, square(16, forward_axis(30, 3, 1, 0), 16)>() == 2);
        CHECK(tile_packets<float, square(32, forward_axis(3, 3, 1, 0), 32)>() == 4);
    }
    CHECK(channel_block<float>(square(16, forward_axis(30, 3, 1, 0), 16), 16) == 16);
    CHECK(channel_block<float>(square(64, forward_axis(8, 3, 1, 1), 64), 16) == 32);
}

}  // namespace tiling_test
