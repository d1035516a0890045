// The pictures that examples/predict reads: PNG, JPEG, BMP and PNM.
#include <string>
#include <string_view>

#include "../examples/predict/decode_picture.hpp"
#include "../examples/predict/scale.hpp"
#include "fuzz/harness.hpp"
#include "fuzz/picture_files.hpp"

namespace picture_harness {

namespace {

using namespace fuzz;
using norma::compare::decode_picture;
using norma::compare::DecodedPicture;

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

const Registered registered(
    {.name = "picture", .takes = takes, .most_bytes = 2048, .repair = repair_picture, .seeds = picture_files});

}  // namespace

}  // namespace picture_harness
