#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>

#include "harness.hpp"

namespace fuzz {

/// `content` as one gzip member, at the fastest level.
inline Buffer packed_anew(Bytes content) {
    struct Packer : z_stream {
        Packer() : z_stream{} { promise(deflateInit2(this, 1, Z_DEFLATED, 16 + 9, 1, Z_FIXED) == Z_OK, "no zlib"); }
        ~Packer() { deflateEnd(this); }
    };
    static Packer packer;
    deflateReset(&packer);
    Buffer packed(deflateBound(&packer, static_cast<uLong>(content.size())));
    packer.next_in = const_cast<Bytef*>(content.data());
    packer.avail_in = static_cast<uInt>(content.size());
    packer.next_out = packed.data();
    packer.avail_out = static_cast<uInt>(packed.size());
    promise(deflate(&packer, Z_FINISH) == Z_STREAM_END, "zlib could not pack");
    packed.resize(packed.size() - packer.avail_out);
    return packed;
}

/// The byte after a gzip member's header, whose own checksum is corrected; 0 if it is not a gzip member.
inline std::size_t repair_gzip_header(Buffer& file, std::size_t begin) {
    constexpr std::size_t fixed = 10;
    if (file.size() < begin + fixed || file[begin] != 0x1f || file[begin + 1] != 0x8b) return 0;
    const unsigned flags = file[begin + 3];
    std::size_t at = begin + fixed;
    if ((flags & 4u) != 0) {  // the extra field, with its length before it
        if (at + 2 > file.size()) return 0;
        at += 2 + std::size_t(file[at]) + 256 * std::size_t(file[at + 1]);
    }
    for (const unsigned text : {8u, 16u}) {  // the file's name and a comment, which end with a 0
        if ((flags & text) == 0) continue;
        while (at < file.size() && file[at] != 0) ++at;
        ++at;
    }
    if ((flags & 2u) != 0) {
        if (at + 2 > file.size()) return 0;
        const uLong sum = crc32(0, file.data() + begin, static_cast<uInt>(at - begin));
        file[at++] = static_cast<std::uint8_t>(sum);
        file[at++] = static_cast<std::uint8_t>(sum >> 8);
    }
    return at <= file.size() ? at : 0;
}

/// Corrects the checksum and the size at the end of each member, as long as the packed bytes before them are right.
inline void repair_gzip(Buffer& file) {
    constexpr std::size_t most_unpacked = std::size_t{1} << 16;
    static Buffer piece(65536);
    std::size_t begin = 0;
    while (const std::size_t data = repair_gzip_header(file, begin)) {
        z_stream stream{};
        if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return;
        stream.next_in = file.data() + data;
        stream.avail_in = static_cast<uInt>(file.size() - data);
        uLong sum = crc32(0, nullptr, 0);
        int state = Z_OK;
        while (state == Z_OK && stream.total_out < most_unpacked) {
            stream.next_out = piece.data();
            stream.avail_out = static_cast<uInt>(piece.size());
            state = inflate(&stream, Z_NO_FLUSH);
            sum = crc32(sum, piece.data(), static_cast<uInt>(piece.size() - stream.avail_out));
        }
        const std::size_t end = data + stream.total_in;
        const std::uint64_t size = stream.total_out;
        inflateEnd(&stream);
        if (state != Z_STREAM_END) return;
        if (file.size() < end + 8) file.resize(end + 8);
        for (std::size_t i = 0; i < 4; ++i) {
            file[end + i] = static_cast<std::uint8_t>(sum >> (8 * i));
            file[end + 4 + i] = static_cast<std::uint8_t>(size >> (8 * i));
        }
        begin = end + 8;
    }
}

}  // namespace fuzz
