#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Says what a file is, by its first bytes (512 are enough), and what to do with it: "a PNG picture", "a zip archive;
/// unpack it first (unzip)". Knows the kinds of file that people mistake for a data set; empty for all others.
template <class = void>
std::string file_kind(std::span<const std::uint8_t> beginning) {
    struct Kind {
        std::size_t at;  // where the magic number begins
        std::string_view magic, phrase;
    };
    using namespace std::string_view_literals;
    constexpr std::array kinds{
        Kind{257, "ustar"sv, "a tar archive; unpack it first (tar xf) and use the files that were in it"sv},
        Kind{0, "\x1f\x8b"sv, "a gzip file; unpack it first (gunzip)"sv},
        Kind{0, "PK\x03\x04"sv, "a zip archive; unpack it first (unzip)"sv},
        Kind{0, "PK\x05\x06"sv, "an empty zip archive"sv},
        Kind{0, "BZh"sv, "a bzip2 file; unpack it first (bunzip2)"sv},
        Kind{0, "\xfd\x37zXZ\0"sv, "an xz file; unpack it first (unxz)"sv},
        Kind{0, "\x28\xb5\x2f\xfd"sv, "a zstd file; unpack it first (unzstd)"sv},
        Kind{0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive; unpack it first"sv},
        Kind{0, "\x89PNG\r\n\x1a\n"sv, "a PNG picture"sv},
        Kind{0, "\xff\xd8\xff"sv, "a JPEG picture"sv},
        Kind{0, "GIF8"sv, "a GIF picture"sv},
        Kind{0, "%PDF-"sv, "a PDF document"sv},
        Kind{0, "\x93NUMPY"sv, "a NumPy array (.npy)"sv},
        Kind{0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file"sv},
        Kind{0, "MATLAB 5.0"sv, "a MATLAB file (.mat)"sv},
        Kind{0, "PAR1"sv, "a Parquet file"sv},
        Kind{0, "version https://git-lfs"sv,
             "a Git LFS pointer, not the file itself; download the file (git lfs pull)"sv},
    };
    const auto begins = [&](std::size_t at, std::string_view magic) {
        return beginning.size() >= at + magic.size() &&
               std::equal(magic.begin(), magic.end(), beginning.begin() + static_cast<std::ptrdiff_t>(at),
                          [](char c, std::uint8_t byte) { return static_cast<std::uint8_t>(c) == byte; });
    };
    for (const Kind& kind : kinds) {
        if (begins(kind.at, kind.magic)) return std::string(kind.phrase);
    }
    const auto is_space = [](std::uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); };
    const std::size_t mark = begins(0, "\xef\xbb\xbf") ? 3 : 0;  // UTF-8's byte-order mark
    const auto text =
        std::find_if_not(beginning.begin() + static_cast<std::ptrdiff_t>(mark), beginning.end(), is_space);
    std::string opening;  // in small letters
    for (auto byte = text; byte != beginning.end() && opening.size() < 9; ++byte) {
        opening += static_cast<char>(*byte >= 'A' && *byte <= 'Z' ? *byte + ('a' - 'A') : *byte);
    }
    for (const std::string_view tag : {"<!doctype"sv, "<html"sv, "<head"sv}) {
        if (opening.starts_with(tag)) {
            return "a web page, perhaps a server's error message instead of the file; download it again, perhaps from "
                   "another address";
        }
    }
    if (opening.starts_with("<?xml")) return "an XML text, perhaps a server's error message instead of the file";
    return {};
}

namespace detail {
/// The end of an error message: "; this is a PNG picture" if the bytes show what the file is, else "; " and
/// `otherwise`.
template <class = void>
std::string kind_or(std::span<const std::uint8_t> beginning, const std::string& otherwise) {
    const std::string kind = file_kind(beginning);
    return "; " + (kind.empty() ? otherwise : "this is " + kind);
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
