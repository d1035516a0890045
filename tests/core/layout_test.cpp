#include "norma/core/layout.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "../support/message.hpp"
#include "norma/core/aligned_buffer.hpp"

namespace layout_test {

using namespace norma;

TEST_CASE_TEMPLATE("images turn from planes to pixels and back", T, std::uint8_t, float, double) {
    const Extent extent{3, 2, 5};
    const int images = 4;
    std::vector<T> planes(static_cast<std::size_t>(images * extent.size()));
    std::iota(planes.begin(), planes.end(), T{0});
    std::vector<T> pixels(planes.size());
    to_channels_last<T>(planes, pixels, extent);
    std::size_t at = 0;
    int equal = 0;
    for (int n = 0; n < images; ++n) {
        for (int y = 0; y < extent.height; ++y) {
            for (int x = 0; x < extent.width; ++x) {
                for (int c = 0; c < extent.channels; ++c) {
                    const int from = ((n * extent.channels + c) * extent.height + y) * extent.width + x;
                    equal += pixels[at++] == planes[static_cast<std::size_t>(from)];
                }
            }
        }
    }
    CHECK(equal == images * extent.size());
    std::vector<T> back(planes.size());
    to_channels_first<T>(pixels, back, extent);
    CHECK(back == planes);
}

TEST_CASE("convolution weights turn from O×I×H×W to H×W×I×O and back") {
    const int outputs = 4;
    const Extent input{3, 2, 5};
    AlignedBuffer<float> oihw(static_cast<std::size_t>(outputs * input.size()));
    std::iota(oihw.begin(), oihw.end(), 0.0f);
    AlignedBuffer<float> hwio(oihw.size());
    to_outputs_last<float>(oihw, hwio, outputs, input);
    std::size_t at = 0;
    int equal = 0;
    for (int y = 0; y < input.height; ++y) {
        for (int x = 0; x < input.width; ++x) {
            for (int i = 0; i < input.channels; ++i) {
                for (int o = 0; o < outputs; ++o) {
                    const int from = ((o * input.channels + i) * input.height + y) * input.width + x;
                    equal += hwio[at++] == oihw[static_cast<std::size_t>(from)];
                }
            }
        }
    }
    CHECK(equal == outputs * input.size());
    AlignedBuffer<float> back(oihw.size());
    to_outputs_first<float>(hwio, back, outputs, input);
    CHECK(std::equal(back.begin(), back.end(), oihw.begin()));
}

TEST_CASE("arrays of a wrong size are refused") {
    std::vector<float> six(6);
    std::vector<float> seven(7);
    CHECK(mentions(message_of<DataError>([&] { to_channels_last<float>(seven, seven, Extent{3, 1, 2}); }), "7", "6"));
    CHECK_THROWS_AS(to_channels_first<float>(six, seven, Extent{3, 1, 2}), DataError);
    CHECK_THROWS_AS(to_channels_first<float>(six, six, Extent{0, 1, 2}), DataError);
    CHECK(mentions(message_of<DataError>([&] { to_outputs_last<float>(six, seven, 1, Extent{3, 1, 2}); }), "6", "7"));
    CHECK_THROWS_AS(to_outputs_first<float>(six, six, 2, Extent{3, 1, 2}), DataError);
}

}  // namespace layout_test
