// The pictures that examples/predict reads: PNG, JPEG, BMP and PNM.
#include <string>
#include <string_view>

#include "../examples/predict/decode_picture.hpp"
#include "../examples/predict/scale.hpp"
#include "examples/made_pictures.hpp"
#include "fuzz/harness.hpp"

#if defined(NORMA_HAS_ZLIB)
#include "fuzz/png_bytes.hpp"
#endif

namespace picture_harness {

namespace {

using namespace fuzz;
using norma::compare::decode_picture;
using norma::compare::DecodedPicture;

/// Instead of 64 megapixels: so executions are short, and inputs that are refused for their size are tested too.
constexpr std::size_t most_pixels = 128 * 128;

bool takes(Bytes input) {
    DecodedPicture picture;
    // The number of pixels is not in proportion to the file's size, but it is limited: three times their memory, and
    // the memory of libpng and libjpeg.
    const auto most = [&] { return 3 * 3 * most_pixels + 2 * input.size() + spare_bytes; };
    if (!is_taken(most, "a picture", [&] { picture = decode_picture(input, "a picture", most_pixels); })) return false;
    const auto width = static_cast<std::size_t>(picture.width), height = static_cast<std::size_t>(picture.height);
    promise(picture.width > 0 && picture.height > 0 && width * height <= most_pixels,
            "it has another size than allowed");
    promise(picture.pixels.size() == 3 * width * height, "it has more or fewer pixels than its size says");
    for (const int side : {1, 5}) {
        promise(norma::compare::scaled_middle(picture, side).size() == std::size_t(3 * side * side),
                "it is scaled to another size");
    }

    const std::string header = "P6 " + std::to_string(width) + " " + std::to_string(height) + " 255\n";
    Buffer written(header.begin(), header.end());
    written.insert(written.end(), picture.pixels.begin(), picture.pixels.end());
    const DecodedPicture again = decode_picture(written, "a PPM", most_pixels);
    promise(again.width == picture.width && again.height == picture.height && again.pixels == picture.pixels,
            "written as a PPM and read again it differs");
    return true;
}

/// The pictures of the tests of examples/predict, of all formats; each has a few pixels.
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

const Registered registered({.name = "picture", .takes = takes, .most_bytes = 2048, .repair = repair, .seeds = seeds});

}  // namespace

}  // namespace picture_harness
