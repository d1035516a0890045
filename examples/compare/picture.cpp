#include "picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_easy_font.h>
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

#include "drawing/numbers.hpp"
#include "figures.hpp"
#include "norma/core/error.hpp"

namespace norma::compare {

using namespace drawing;

namespace {

constexpr std::size_t dot_size = 2;

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c < 32 || c > 126) c = '?';
    return out;
}

}  // namespace

Picture::Picture(std::size_t width, std::size_t height, Colour ground) : width_(width), height_(height) {
    for (std::size_t i = 0; i < width * height; ++i)
        bytes_.insert(bytes_.end(), {ground.red, ground.green, ground.blue});
}

Colour Picture::at(std::size_t x, std::size_t y) const {
    const std::uint8_t* pixel = &bytes_[3 * (y * width_ + x)];
    return {pixel[0], pixel[1], pixel[2]};
}

void Picture::set(std::size_t x, std::size_t y, Colour colour) {
    if (x >= width_ || y >= height_) return;
    std::uint8_t* pixel = &bytes_[3 * (y * width_ + x)];
    pixel[0] = colour.red;
    pixel[1] = colour.green;
    pixel[2] = colour.blue;
}

void Picture::paste(const Picture& other, std::size_t x, std::size_t y) {
    for (std::size_t row = 0; row < other.height_; ++row)
        for (std::size_t column = 0; column < other.width_; ++column) set(x + column, y + row, other.at(column, row));
}

void Picture::write(std::string_view text, std::size_t x, std::size_t y, Colour colour) {
    struct Vertex {
        float x, y, z;
        std::uint8_t colour[4];
    };
    std::string letters = printable(text);
    std::vector<Vertex> vertices(letters.size() * 20 + 4);  // stb's header says 270 bytes a letter; this is 320
    const int quads = stb_easy_font_print(0, 0, letters.data(), nullptr, vertices.data(),
                                          static_cast<int>(vertices.size() * sizeof(Vertex)));
    for (std::size_t quad = 0; quad < static_cast<std::size_t>(quads); ++quad) {
        const Vertex& from = vertices[4 * quad];
        const Vertex& to = vertices[4 * quad + 2];
        const auto pixels = [](float dots) { return dot_size * static_cast<std::size_t>(std::max(0.F, dots)); };
        for (std::size_t py = pixels(from.y); py < pixels(to.y); ++py)
            for (std::size_t px = pixels(from.x); px < pixels(to.x); ++px) set(x + px, y + py, colour);
    }
}

std::size_t Picture::written_width(std::string_view text) {
    return dot_size * static_cast<std::size_t>(stb_easy_font_width(printable(text).data()));
}

Picture Picture::enlarged(std::size_t factor) const {
    Picture large(width_ * factor, height_ * factor);
    const auto source = [factor](std::size_t to, std::size_t size) {
        const double at = std::clamp((static_cast<double>(to) + .5) / static_cast<double>(factor) - .5, 0.0,
                                     static_cast<double>(size - 1));
        const auto low = static_cast<std::size_t>(at);
        return std::tuple(low, std::min(low + 1, size - 1), at - static_cast<double>(low));
    };
    for (std::size_t y = 0; y < large.height_; ++y)
        for (std::size_t x = 0; x < large.width_; ++x) {
            const auto [x0, x1, right] = source(x, width_);
            const auto [y0, y1, down] = source(y, height_);
            const std::array<Colour, 4> c{at(x0, y0), at(x1, y0), at(x0, y1), at(x1, y1)};
            const auto mix = [&, right = right, down = down](std::uint8_t Colour::*part) {
                const double upper = c[0].*part * (1 - right) + c[1].*part * right;
                const double lower = c[2].*part * (1 - right) + c[3].*part * right;
                return static_cast<std::uint8_t>(std::lround(upper * (1 - down) + lower * down));
            };
            large.set(x, y, {mix(&Colour::red), mix(&Colour::green), mix(&Colour::blue)});
        }
    return large;
}

std::string Picture::png() const {
    std::string file;
    const auto append = [](void* context, void* data, int size) {
        static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
    };
    const int row = static_cast<int>(3 * width_);
    if (!stbi_write_png_to_func(append, &file, static_cast<int>(width_), static_cast<int>(height_), 3, bytes_.data(),
                                row))
        raise<Error>("a PNG of " + std::to_string(width_) + "×" + std::to_string(height_) +
                     " pixels could not be made, probably for lack of memory");
    return file;
}

Picture test_image(const Results& results, std::size_t image) {
    const auto width = static_cast<std::size_t>(results.image_width);
    const auto height = static_cast<std::size_t>(results.image_height);
    const auto channels = static_cast<std::size_t>(results.image_channels);
    Picture picture(width, height);
    const std::uint8_t* pixel = &results.test_images[image * width * height * channels];
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x, pixel += channels)
            picture.set(x, y, channels == 3 ? Colour{pixel[0], pixel[1], pixel[2]} : Colour{*pixel, *pixel, *pixel});
    return picture;
}

Picture sheet(const Results& results, const std::vector<Mistake>& shown) {
    constexpr std::size_t columns = 5, margin = 16, line = 22, factor = 5;
    constexpr Colour ink{20, 24, 29}, soft{94, 101, 110}, wrong{176, 72, 0};
    const std::size_t image_width = factor * static_cast<std::size_t>(results.image_width);
    const std::size_t image_height = factor * static_cast<std::size_t>(results.image_height);
    std::size_t cell_width = image_width;
    for (const std::string& name : results.classes)
        cell_width = std::max(cell_width, Picture::written_width("pred. " + name));
    const std::size_t cell_height = image_height + 3 * line + 8;
    const std::size_t rows = std::max<std::size_t>(1, (shown.size() + columns - 1) / columns);
    Picture page(columns * (cell_width + margin) + margin, rows * (cell_height + margin) + margin);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const std::size_t x = margin + i % columns * (cell_width + margin);
        std::size_t y = margin + i / columns * (cell_height + margin);
        page.paste(test_image(results, shown[i].image).enlarged(factor), x, y);
        page.write("true  " + results.classes[shown[i].truth], x, y += image_height + 10, ink);
        page.write("pred. " + results.classes[shown[i].predicted], x, y += line, wrong);
        page.write(fixed(100 * shown[i].confidence, 1) + " % sure", x, y += line, soft);
    }
    return page;
}

}  // namespace norma::compare
