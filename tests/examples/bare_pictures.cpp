// The picture decoder built without libpng and libjpeg: PNG and JPEG are refused with a message that says what to
// install; BMP and PNM are read.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "../../examples/predict/decode_picture.hpp"
#include "../support/message.hpp"
#include "norma/core/error.hpp"

int main() {
    using namespace norma;
    using namespace norma::compare;
    const auto refusal = [](const std::vector<std::uint8_t>& file) {
        return message_of<FileError>([&] { decode_picture(file, "a"); });
    };
    const std::string png = refusal({0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}), jpeg = refusal({0xFF, 0xD8, 0xFF});
    const std::string gif = refusal({'G', 'I', 'F', '8', '9', 'a'});
    std::printf("%s\n%s\n%s\n", png.c_str(), jpeg.c_str(), gif.c_str());
    const bool is_told =
        mentions(png, "a: is a PNG, but this program was built without libpng; install it", "libpng-dev",
                 "convert the picture (predict reads BMP and PNM)") &&
        mentions(jpeg, "a: is a JPEG, but this program was built without libjpeg; install it", "libjpeg-dev") &&
        mentions(gif, "predict reads BMP and PNM; convert it", "picture.ppm");
    const bool is_read =
        decode_picture(std::vector<std::uint8_t>{'P', '5', ' ', '1', ' ', '1', ' ', '9', ' ', 3}, "a").pixels ==
        std::vector<std::uint8_t>{85, 85, 85};
    return is_told && is_read ? 0 : 1;
}
