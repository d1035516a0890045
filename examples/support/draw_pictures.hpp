#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>

#include "norma/core/error.hpp"
#include "norma/data/synthetic.hpp"

namespace norma::examples {

/// A temporary folder with a subfolder for each of ten classes of drawn pictures, 32 × 32, some as PNG and some as
/// JPEG. It is removed at the end.
class DrawnPictures {
public:
    /// @throws FileError if a picture cannot be written.
    explicit DrawnPictures(std::size_t count)
        : folder_(std::filesystem::temp_directory_path() / ("norma_pictures_" + std::to_string(::getpid()))) {
        const Dataset drawn = synthetic_dataset(count, 1, 1).train;
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            const std::filesystem::path of_class = folder_ / drawn.class_names[drawn.labels[i]];
            std::filesystem::create_directories(of_class);
            const bool png = i % 2 == 0;
            const std::string file = (of_class / (std::to_string(i) + (png ? ".png" : ".jpg"))).string();
            const unsigned char* const pixels = drawn.values(i);
            const int written = png ? stbi_write_png(file.c_str(), drawn.width, drawn.height, 3, pixels, 0)
                                    : stbi_write_jpg(file.c_str(), drawn.width, drawn.height, 3, pixels, 95);
            if (written == 0) throw FileError(file + ": cannot be written");
        }
    }
    DrawnPictures(const DrawnPictures&) = delete;
    DrawnPictures& operator=(const DrawnPictures&) = delete;
    ~DrawnPictures() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

}  // namespace norma::examples
