// stb_image's decoders for PNG and JPEG, as norma/data/picture.hpp calls them. The CMake target norma::images compiles
// this file; a program without CMake compiles it too, or includes it in one of its files. All of stb_image is static
// here, so a program may also have an stb_image of its own in another file.
#include <cstddef>
#include <cstdlib>
#include <limits>

#include "norma/data/picture.hpp"

#ifdef STBI_INCLUDE_STB_IMAGE_H
#error "norma: stb_image.h is included before norma/data/stb_image.cpp; include the latter in a file of its own"
#endif

namespace norma::defined_in_norma_data_stb_image_cpp {
namespace {

/// The size of the largest block that may be allocated now.
thread_local std::size_t most_block_bytes = 0;

/// Filled with zeros, since stb_image before 2.28 uses tables that a damaged JPEG does not define.
void* allocate(std::size_t bytes) { return bytes > most_block_bytes ? nullptr : std::calloc(bytes, 1); }
void* reallocate(void* block, std::size_t bytes) {
    return bytes > most_block_bytes ? nullptr : std::realloc(block, bytes);
}

}  // namespace
}  // namespace norma::defined_in_norma_data_stb_image_cpp

#define STBI_MALLOC(bytes) norma::defined_in_norma_data_stb_image_cpp::allocate(bytes)
#define STBI_REALLOC(block, bytes) norma::defined_in_norma_data_stb_image_cpp::reallocate(block, bytes)
#define STBI_FREE(block) std::free(block)
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

#if STBI_VERSION != 1
#error "norma: this stb_image.h has another interface than version 2"
#endif

namespace norma::defined_in_norma_data_stb_image_cpp {

Decoded decode(const unsigned char* file, std::size_t size, std::size_t most_bytes) {
    Decoded found;
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        found.refusal = "more than 2 GB";
        return found;
    }
    most_block_bytes = most_bytes;
    found.pixels = stbi_load_from_memory(file, static_cast<int>(size), &found.width, &found.height, &found.channels, 0);
    if (found.pixels == nullptr) found.refusal = stbi_failure_reason();
    return found;
}

void release(unsigned char* pixels) { stbi_image_free(pixels); }

}  // namespace norma::defined_in_norma_data_stb_image_cpp
