#pragma once

#include <cstdint>
#include <vector>

#include <zlib.h>

#include <doctest/doctest.h>

/// `bytes` repeated `times` times, as one gzip member.
inline std::vector<std::uint8_t> gzip(const std::vector<std::uint8_t>& bytes, int times = 1) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::vector<std::uint8_t> packed, piece(65536);
    for (int i = 0; i < times; ++i) {
        const bool last = i + 1 == times;
        stream.next_in = const_cast<Bytef*>(bytes.data());
        stream.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream.next_out = piece.data();
            stream.avail_out = static_cast<uInt>(piece.size());
            deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
            packed.insert(packed.end(), piece.begin(), piece.end() - static_cast<std::ptrdiff_t>(stream.avail_out));
        } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
    return packed;
}
