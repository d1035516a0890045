#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// A file in MNIST's format: a header of these big-endian words, then `values` bytes 0, 1, …, 9, 0, ….
inline std::vector<std::uint8_t> idx(const std::vector<std::uint32_t>& words, std::size_t values) {
    std::vector<std::uint8_t> bytes;
    for (const std::uint32_t word : words) {
        for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    }
    for (std::size_t i = 0; i < values; ++i) bytes.push_back(static_cast<std::uint8_t>(i % 10));
    return bytes;
}
