#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mistakes.hpp"
#include "results.hpp"

namespace norma::compare {

struct Colour {
    std::uint8_t red, green, blue;
};

/// Eight bits each of red, green and blue, row by row.
class Picture {
public:
    Picture(std::size_t width, std::size_t height, Colour ground = {255, 255, 255});

    std::size_t width() const { return width_; }
    std::size_t height() const { return height_; }
    Colour at(std::size_t x, std::size_t y) const;
    void set(std::size_t x, std::size_t y, Colour colour);

    /// Parts outside the picture are cut off.
    void paste(const Picture& other, std::size_t x, std::size_t y);

    /// Printable ASCII; anything else becomes a question mark. Each dot of the font is 2×2 pixels.
    void write(std::string_view text, std::size_t x, std::size_t y, Colour colour);
    static std::size_t written_width(std::string_view text);

    /// `factor` times as wide and high, bilinear.
    Picture enlarged(std::size_t factor) const;

    /// The bytes of a PNG file.
    std::string png() const;

private:
    std::size_t width_, height_;
    std::vector<std::uint8_t> bytes_;
};

/// One test image; grey ones become red = green = blue.
Picture test_image(const Results& results, std::size_t image);

/// The images enlarged, five in a row, each above its true class, predicted class and confidence.
Picture sheet(const Results& results, const std::vector<Mistake>& shown);

}  // namespace norma::compare
