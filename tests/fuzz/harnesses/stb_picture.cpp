// The pictures of an ImageFolder: PNG and JPEG, decoded by stb_image after norma has checked their structure.
#include <string>

#include "fuzz/harness.hpp"
#include "fuzz/picture_files.hpp"
#include "norma/data/picture.hpp"
#include "norma/data/resize.hpp"

namespace stb_picture_harness {

namespace {

using namespace fuzz;
using norma::Picture;

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

const Registered registered(
    {.name = "stb_picture", .takes = takes, .most_bytes = 2048, .repair = repair_picture, .seeds = picture_files});

}  // namespace

}  // namespace stb_picture_harness
