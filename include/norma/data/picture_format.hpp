#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"

/// The structure of PNG and JPEG files, which is checked before a decoder sees them: stb_image decodes a JPEG that is
/// cut short without an error, does not compare a PNG's checksums, and allocates what a header promises.
namespace norma::inline NORMA_TARGET::detail {

/// What a picture's header says.
struct PictureSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

inline bool is_png(std::span<const std::uint8_t> file) {
    constexpr std::array<std::uint8_t, 8> magic{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    return file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin());
}
inline bool is_jpeg(std::span<const std::uint8_t> file) {
    return file.size() >= 3 && file[0] == 0xff && file[1] == 0xd8 && file[2] == 0xff;
}

/// The big-endian number of two or four bytes at `at`.
inline std::uint32_t big_endian(std::span<const std::uint8_t> file, std::size_t at, std::size_t bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) number = number << 8 | file[at + i];
    return number;
}

/// The CRC-32 of PNG (polynomial 0xedb88320), eight bytes at a time: a table for each place among the eight.
inline std::uint32_t crc32_of(std::span<const std::uint8_t> bytes) {
    static constexpr std::size_t at_once = 8;
    static constexpr auto tables = [] {
        std::array<std::array<std::uint32_t, 256>, at_once> all{};
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            std::uint32_t sum = byte;
            for (int bit = 0; bit < 8; ++bit) sum = sum % 2 != 0 ? sum / 2 ^ 0xedb88320u : sum / 2;
            all[0][byte] = sum;
        }
        for (std::size_t place = 1; place < at_once; ++place) {
            for (std::size_t byte = 0; byte < 256; ++byte) {
                const std::uint32_t sum = all[place - 1][byte];
                all[place][byte] = sum >> 8 ^ all[0][sum & 0xff];
            }
        }
        return all;
    }();
    std::uint32_t sum = ~0u;
    while (bytes.size() >= at_once) {
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < at_once; ++i) {
            const std::uint32_t before = i < 4 ? sum >> (8 * i) & 0xff : 0;
            next ^= tables[at_once - 1 - i][bytes[i] ^ before];
        }
        sum = next;
        bytes = bytes.subspan(at_once);
    }
    for (const std::uint8_t byte : bytes) sum = tables[0][(sum ^ byte) & 0xff] ^ sum >> 8;
    return ~sum;
}

[[noreturn]] inline void refuse_picture(const std::string& name, const std::string& what) {
    raise<FileError>(name + ": " + what + "; replace the picture, or take it out of the folder");
}
[[noreturn]] inline void refuse_cut_picture(const std::string& name, std::size_t at, std::size_t size) {
    refuse_picture(name, "the picture is cut short: what begins at byte " + std::to_string(at) +
                             " does not end within the file's " + std::to_string(size) + " bytes");
}

/// Checks that a PNG's chunks are whole, from IHDR to IEND, and have their checksums.
/// @throws FileError that names the byte.
inline PictureSize checked_png(std::span<const std::uint8_t> file, const std::string& name) {
    PictureSize found;
    for (std::size_t at = 8;;) {
        if (file.size() - at < 12) refuse_cut_picture(name, at, file.size());
        const std::size_t length = big_endian(file, at, 4);
        if (length > file.size() - at - 12) refuse_cut_picture(name, at, file.size());
        const auto checked = file.subspan(at + 4, 4 + length);
        const auto is = [&](std::string_view type) { return std::equal(type.begin(), type.end(), checked.begin()); };
        if (crc32_of(checked) != big_endian(file, at + 8 + length, 4)) {
            refuse_picture(
                name, "the picture is damaged: the checksum of the part at byte " + std::to_string(at) + " is wrong");
        }
        if (at == 8) {
            if (!is("IHDR") || length != 13) refuse_picture(name, "not a PNG that can be read: it begins without IHDR");
            found = {big_endian(file, at + 8, 4), big_endian(file, at + 12, 4)};
        }
        if (is("IEND")) return found;
        // stb_image would name it in a text that all threads share.
        if ((checked[0] & 0x20) == 0 && !is("IHDR") && !is("PLTE") && !is("IDAT")) {
            refuse_picture(
                name, "not a PNG that can be read: it needs a part of an unknown kind, at byte " + std::to_string(at));
        }
        at += 12 + length;
    }
}

/// Checks that each Huffman table in a JPEG's segment has at most 256 symbols, and that they are within the segment:
/// stb_image before 2.28 writes more beyond its table.
inline void refuse_long_tables(std::span<const std::uint8_t> tables, std::size_t begin, const std::string& name) {
    while (!tables.empty()) {
        constexpr std::size_t counts_end = 17;
        std::size_t symbols = 0;
        for (std::size_t i = 1; i < counts_end && i < tables.size(); ++i) symbols += tables[i];
        if (tables.size() < counts_end || symbols > 256 || symbols > tables.size() - counts_end) {
            refuse_picture(
                name, "the picture is damaged: the Huffman table at byte " + std::to_string(begin) + " is too long");
        }
        tables = tables.subspan(counts_end + symbols);
    }
}

/// Checks that a JPEG's segments are whole, up to the marker of its end.
/// @throws FileError that names the byte.
inline PictureSize checked_jpeg(std::span<const std::uint8_t> file, const std::string& name) {
    PictureSize found;
    bool has_size = false, has_data = false;
    for (std::size_t at = 2;;) {
        const auto next = std::find(file.begin() + static_cast<std::ptrdiff_t>(at), file.end(), std::uint8_t{0xff});
        const std::size_t begin = static_cast<std::size_t>(next - file.begin());
        if (file.size() - begin < 2) refuse_cut_picture(name, at, file.size());
        const std::uint8_t marker = file[begin + 1];
        at = begin + (marker == 0xff ? 1 : 2);
        // A filling byte; a stuffed byte or a restart within the data; a marker without a segment.
        if (marker == 0xff || marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
        if (marker == 0xd9) {
            if (has_size && has_data) return found;
            refuse_picture(
                name, "not a JPEG that can be read: it ends at byte " + std::to_string(begin) + " without a picture");
        }
        const std::size_t length = file.size() - at < 2 ? 0 : big_endian(file, at, 2);
        if (length > file.size() - at || file.size() - at < 2) refuse_cut_picture(name, begin, file.size());
        if (length < 2) refuse_picture(name, "the picture is damaged at byte " + std::to_string(begin));
        const bool is_frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (is_frame && length >= 7) {
            if (has_size) refuse_picture(name, "not a JPEG that can be read: it has two frames");
            found = {big_endian(file, at + 5, 2), big_endian(file, at + 3, 2)};
            has_size = true;
        }
        if (marker == 0xc4) refuse_long_tables(file.subspan(at + 2, length - 2), begin, name);
        has_data = has_data || marker == 0xda;
        at += length;
    }
}

}  // namespace norma::inline NORMA_TARGET::detail
