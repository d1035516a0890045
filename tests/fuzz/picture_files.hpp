#pragma once

#include <cstddef>
#include <vector>

#include "examples/made_pictures.hpp"
#include "harness.hpp"
#include "support/hexadecimal.hpp"

#if defined(NORMA_HAS_ZLIB)
#include "png_bytes.hpp"
#endif

/// What the harnesses of programs that read pictures have in common.
namespace fuzz {

/// Instead of 64 megapixels: so executions are short, and inputs that are refused for their size are tested too.
inline constexpr std::size_t most_pixels = 128 * 128;

/// The pictures of the tests of examples/predict, of all formats; each has a few pixels.
inline std::vector<Buffer> picture_files() {
    std::vector<Buffer> all;
    for (const MadePicture& made : made_pictures) all.push_back(from_digits(made.file));
    return all;
}

/// Corrects the checksums of a PNG, if there is zlib; changes no other file.
inline void repair_picture([[maybe_unused]] Buffer& file) {
#if defined(NORMA_HAS_ZLIB)
    if (file.size() > 8 && file[1] == 'P' && file[2] == 'N') repair_png(file);
#endif
}

}  // namespace fuzz
