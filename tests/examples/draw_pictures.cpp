// Draws a picture of each class of norma's synthetic data set: FOLDER/<class>.ppm, every second one as .png if predict
// can read PNG.
#include <cstdio>
#include <filesystem>
#include <string>

#include "../../examples/compare/picture.hpp"
#include "../../examples/predict/decode_picture.hpp"
#include "norma/core/file.hpp"
#include "norma/data/synthetic.hpp"

int main(int count, char** arguments) {
    using namespace norma;
    if (count != 2) return 2;
    const Dataset set = synthetic_dataset(1, 40, 7).test;
    for (std::size_t label = 0; label < 10; ++label) {
        std::size_t image = 0;
        while (set.labels[image] != label) ++image;
        const auto pixels = set.image(image);
        std::string bytes = "P6\n32 32\n255\n" + std::string(pixels.begin(), pixels.end());
        const bool is_png = label % 2 == 0 && compare::readable_kinds().starts_with("PNG");
        if (is_png) {
            compare::Picture picture(32, 32, {0, 0, 0});
            for (std::size_t i = 0; i < 32 * 32; ++i) {
                picture.set(i % 32, i / 32, {pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]});
            }
            bytes = picture.png();
        }
        const std::string name = set.class_names[label] + (is_png ? ".png" : ".ppm");
        write_file_atomically(std::filesystem::path(arguments[1]) / name, bytes);
    }
}
