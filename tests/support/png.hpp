#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "norma/data/picture_format.hpp"

namespace made_png {

using Bytes = std::vector<std::uint8_t>;

inline void put(Bytes& to, std::uint32_t number) {
    for (const int shift : {24, 16, 8, 0}) to.push_back(static_cast<std::uint8_t>(number >> shift));
}
inline void put_chunk(Bytes& file, std::string_view type, const Bytes& data) {
    put(file, static_cast<std::uint32_t>(data.size()));
    Bytes checked(type.begin(), type.end());
    checked.insert(checked.end(), data.begin(), data.end());
    file.insert(file.end(), checked.begin(), checked.end());
    put(file, norma::detail::crc32_of(checked));
}

/// A PNG file, not compressed, of 1 (grey), 2 (grey and alpha), 3 or 4 channels of 8 bits. The header may promise
/// another size than the pixels have.
inline Bytes png(std::uint32_t width, std::uint32_t height, std::size_t channels, const Bytes& pixels) {
    Bytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, header;
    put(header, width);
    put(header, height);
    constexpr std::uint8_t types[] = {0, 0, 4, 2, 6};
    header.insert(header.end(), {8, types[channels], 0, 0, 0});
    put_chunk(file, "IHDR", header);

    Bytes rows;
    const std::size_t row = width * channels;
    for (std::size_t at = 0; at < pixels.size(); ++at) {
        if (at % row == 0) rows.push_back(0);  // no filter
        rows.push_back(pixels[at]);
    }
    Bytes data{0x78, 1};
    std::uint32_t a = 1, b = 0;  // zlib's checksum
    for (std::size_t at = 0; at < rows.size() || at == 0; at += 65535) {
        const std::size_t size = rows.size() - at < 65535 ? rows.size() - at : 65535;
        data.push_back(at + size == rows.size());
        for (const std::size_t number : {size, ~size}) {
            data.push_back(static_cast<std::uint8_t>(number));
            data.push_back(static_cast<std::uint8_t>(number >> 8));
        }
        for (std::size_t i = at; i < at + size; ++i) {
            data.push_back(rows[i]);
            a = (a + rows[i]) % 65521;
            b = (b + a) % 65521;
        }
    }
    put(data, b << 16 | a);
    put_chunk(file, "IDAT", data);
    put_chunk(file, "IEND", {});
    return file;
}

}  // namespace made_png
