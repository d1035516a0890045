#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness.hpp"

namespace fuzz {

/// Corrects the checksums of a PNG: that of the packed pixels, if they can be unpacked, and that of each chunk.
inline void repair_png(Buffer& file) {
    const auto put = [&](std::size_t at, std::uint64_t number) {
        for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    };
    struct Chunk {
        std::size_t at, size;
    };
    std::vector<Chunk> chunks;
    Buffer packed;
    std::vector<std::size_t> places;  // of the packed bytes in the file
    constexpr std::size_t signature = 8, around = 12;
    for (std::size_t at = signature; at + around <= file.size();) {
        std::size_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) size = 256 * size + file[at + i];
        if (size > file.size() - at - around) break;
        chunks.push_back({at, size});
        if (file[at + 4] == 'I' && file[at + 5] == 'D') {
            for (std::size_t i = 0; i < size; ++i) {
                places.push_back(at + 8 + i);
                packed.push_back(file[at + 8 + i]);
            }
        }
        at += around + size;
    }

    constexpr std::size_t zlib_header = 2;
    if (packed.size() > zlib_header) {
        const unsigned method = packed[0], rest = packed[1] & 0xe0u;
        file[places[1]] = static_cast<std::uint8_t>(rest + (31 - (method * 256 + rest) % 31) % 31);
        Buffer pixels(std::size_t{1} << 16);
        z_stream stream{};
        if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return;
        stream.next_in = packed.data() + zlib_header;
        stream.avail_in = static_cast<uInt>(packed.size() - zlib_header);
        stream.next_out = pixels.data();
        stream.avail_out = static_cast<uInt>(pixels.size());
        const int state = inflate(&stream, Z_FINISH);
        const std::size_t end = zlib_header + stream.total_in;
        const uLong sum = adler32(adler32(0, nullptr, 0), pixels.data(), static_cast<uInt>(stream.total_out));
        inflateEnd(&stream);
        for (std::size_t i = 0; i < 4 && state == Z_STREAM_END && end + i < places.size(); ++i) {
            file[places[end + i]] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
        }
    }
    for (const Chunk& chunk : chunks) {
        put(chunk.at + 8 + chunk.size, crc32(0, file.data() + chunk.at + 4, static_cast<uInt>(4 + chunk.size)));
    }
}

}  // namespace fuzz
