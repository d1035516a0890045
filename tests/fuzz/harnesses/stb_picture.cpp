// The pictures of an ImageFolder: PNG and JPEG, decoded by stb_image after norma has checked their structure.
#include <string>

#include "examples/made_pictures.hpp"
#include "fuzz/harness.hpp"
#include "norma/data/picture.hpp"
#include "norma/data/resize.hpp"

#if defined(NORMA_HAS_ZLIB)
#include "fuzz/png_bytes.hpp"
#endif

namespace stb_picture_harness {

namespace {

using namespace fuzz;
using norma::Picture;

/// Instead of 64 megapixels: so executions are short, and inputs that are refused for their size are tested too.
constexpr std::size_t most_pixels = 128 * 128;

bool takes(Bytes input) {
    Picture colour;
    const auto most = [&] { return 4 * most_pixels + 2 * input.size() + spare_bytes; };
    if (!is_taken(most, "a picture", [&] { colour = norma::decode_picture(input, "a picture", 3, most_pixels); })) {
        return false;
    }
    const auto pixels = static_cast<std::size_t>(colour.extent.pixels());
    promise(colour.extent.channels == 3 && pixels > 0 && pixels <= most_pixels && colour.pixels.size() == 3 * pixels,
            "it has another size than allowed");
    const Picture grey = norma::decode_picture(input, "a picture", 1, most_pixels);
    promise(grey.extent.height == colour.extent.height && grey.extent.width == colour.extent.width &&
                grey.pixels.size() == pixels,
            "in grey it has another size");
    Buffer sample(3 * 5 * 4);
    norma::resize_and_crop(colour.pixels, colour.extent, 0, 5, 4, sample.data());
    return true;
}

/// Small pictures of all formats.
std::vector<Buffer> seeds() {
    std::vector<Buffer> all;
    for (const MadePicture& made : made_pictures) {
        Buffer& file = all.emplace_back();
        for (std::size_t i = 0; i < made.file.size(); i += 2) {
            file.push_back(static_cast<std::uint8_t>(std::stoi(std::string(made.file.substr(i, 2)), nullptr, 16)));
        }
    }
    return all;
}

void repair(Buffer& file) {
#if defined(NORMA_HAS_ZLIB)
    if (file.size() > 8 && file[1] == 'P' && file[2] == 'N') repair_png(file);
#else
    (void)file;
#endif
}

const Registered registered(
    {.name = "stb_picture", .takes = takes, .most_bytes = 2048, .repair = repair, .seeds = seeds});

}  // namespace

}  // namespace stb_picture_harness
