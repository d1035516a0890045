#pragma once

#include <cstdint>

/// FNV-1a, 64 bits: a checksum of a few lines.
class Fnv {
public:
    void add(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3u; }
    template <class Bytes>
    void add_all(const Bytes& bytes) {
        for (const std::uint8_t byte : bytes) add(byte);
    }
    std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325u;
};
