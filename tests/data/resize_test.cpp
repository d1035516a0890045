#include "norma/data/resize.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "resized_pictures.hpp"

namespace resize_test {

using namespace norma;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// As make_resized.py draws it.
Bytes drawn(Extent extent) {
    Bytes pixels;
    for (int y = 0; y < extent.height; ++y) {
        for (int x = 0; x < extent.width; ++x) {
            for (int c = 0; c < extent.channels; ++c) {
                pixels.push_back(static_cast<std::uint8_t>(y * y * 31 + x * 57 + c * 101 + x * y * 13));
            }
        }
    }
    return pixels;
}

std::string digits(const Bytes& bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += "0123456789abcdef"[byte / 16];
        text += "0123456789abcdef"[byte % 16];
    }
    return text;
}

Bytes resized(Extent extent, Window taken, int height, int width, Window wanted) {
    Bytes out(static_cast<std::size_t>(wanted.height * wanted.width * extent.channels));
    resize(drawn(extent), extent, taken, height, width, wanted, out.data());
    return out;
}

}  // namespace

TEST_CASE("the bytes are Pillow's") {
    for (const ResizedPicture& golden : resized_pictures) {
        CAPTURE(golden.kind);
        CAPTURE(golden.height);
        CAPTURE(golden.width);
        const Extent extent{golden.channels, golden.height, golden.width};
        const std::vector<int>& n = golden.numbers;
        Bytes out(golden.pixels.size() / 2);
        if (golden.kind == "resize") {
            out = resized(extent, {n[0], n[1], n[2], n[3]}, n[4], n[5], {0, 0, n[4], n[5]});
        } else {
            resize_and_crop(drawn(extent), extent, n[0], n[1], n[2], out.data());
        }
        CHECK(digits(out) == golden.pixels);
    }
}

TEST_CASE("a part of the result is the same as in the whole result") {
    const Extent extent{3, 23, 31};
    const Window taken{2, 3, 19, 25};
    const Bytes whole = resized(extent, taken, 9, 14, {0, 0, 9, 14}),
                part = resized(extent, taken, 9, 14, {4, 5, 3, 7});
    for (int y = 0; y < 3; ++y) {
        CHECK(std::equal(part.begin() + y * 21, part.begin() + (y + 1) * 21, whole.begin() + ((y + 4) * 14 + 5) * 3));
    }
}

TEST_CASE("pixels outside the rectangle have no influence") {
    const Extent extent{1, 12, 12};
    const Window taken{3, 4, 6, 5};
    Bytes pixels = drawn(extent), out(9), other(9);
    resize(pixels, extent, taken, 3, 3, {0, 0, 3, 3}, out.data());
    for (int y = 0; y < 12; ++y) {
        for (int x = 0; x < 12; ++x) {
            if (y < 3 || y >= 9 || x < 4 || x >= 9) pixels[static_cast<std::size_t>(y * 12 + x)] ^= 0xff;
        }
    }
    resize(pixels, extent, taken, 3, 3, {0, 0, 3, 3}, other.data());
    CHECK(out == other);
}

TEST_CASE("without a shorter side the picture just covers the sample") {
    // 10 × 20 to 4 × 6: by the height, to 4 × 8, whose middle 6 columns are taken.
    const Extent wide{1, 10, 20}, high{1, 20, 10}, square{1, 9, 9};
    Bytes out(24);
    resize_and_crop(drawn(wide), wide, 0, 4, 6, out.data());
    CHECK(out == resized(wide, {0, 0, 10, 20}, 4, 8, {0, 1, 4, 6}));
    resize_and_crop(drawn(high), high, 0, 4, 6, out.data());
    CHECK(out == resized(high, {0, 0, 20, 10}, 12, 6, {4, 0, 4, 6}));
    resize_and_crop(drawn(square), square, 0, 4, 6, out.data());
    CHECK(out == resized(square, {0, 0, 9, 9}, 6, 6, {1, 0, 4, 6}));
}

TEST_CASE("sizes that do not fit are refused") {
    const Extent extent{1, 4, 4};
    Bytes pixels(16), out(100);
    const auto refusal = [&](Window taken, Window wanted) {
        return message_of<DataError>([&] { resize(pixels, extent, taken, 3, 3, wanted, out.data()); });
    };
    CHECK(refusal({0, 0, 4, 4}, {0, 0, 3, 3}) == "");
    for (const Window bad : {Window{-1, 0, 4, 4}, Window{0, 0, 0, 4}, Window{1, 0, 4, 4}, Window{0, 2, 4, 3}}) {
        CHECK(mentions(refusal(bad, {0, 0, 3, 3}), "parts of the image"));
        CHECK(mentions(refusal({0, 0, 4, 4}, bad), "parts of the image"));
    }
    pixels.pop_back();
    CHECK(mentions(refusal({0, 0, 4, 4}, {0, 0, 3, 3}), "16 bytes", "has 15"));
    CHECK(message_of<DataError>([&] { resize_and_crop(drawn(extent), extent, 3, 4, 4, out.data()); }) != "");
    const Extent line{1, 1, 1 << 24};
    const Bytes long_line(std::size_t(line.width), 200);
    CHECK(mentions(message_of<DataError>([&] { resize_and_crop(long_line, line, 0, 224, 224, out.data()); }),
                   "1 × 16777216 pixels is too narrow"));
    const auto squeezed = [&](int width) {
        return message_of<DataError>([&] {
            resize(long_line, line, {0, 0, 1, line.width}, 1, width, {0, 0, 1, 1}, out.data());
        });
    };
    CHECK(mentions(squeezed(16), "too many to become 1 × 16"));
    CHECK(squeezed(17) == "");
}

}  // namespace resize_test
