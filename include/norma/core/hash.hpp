#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// The number that begins at `bytes`, least significant byte first on every machine.
template <class T>
T little_endian(const std::byte* bytes) {
    std::array<std::byte, sizeof(T)> own;
    std::memcpy(own.data(), bytes, sizeof(T));
    if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(own);
    return std::bit_cast<T>(own);
}

namespace detail {
inline constexpr std::uint64_t xxh_prime1 = 0x9e3779b185ebca87;
inline constexpr std::uint64_t xxh_prime2 = 0xc2b2ae3d27d4eb4f;
inline constexpr std::uint64_t xxh_prime3 = 0x165667b19e3779f9;
inline constexpr std::uint64_t xxh_prime4 = 0x85ebca77c2b2ae63;
inline constexpr std::uint64_t xxh_prime5 = 0x27d4eb2f165667c5;

constexpr std::uint64_t xxh_round(std::uint64_t sum, std::uint64_t lane) {
    return std::rotl(sum + lane * xxh_prime2, 31) * xxh_prime1;
}
}  // namespace detail

/// XXH64 of these bytes (https://github.com/Cyan4973/xxHash): a fast checksum (some gigabytes a second) against
/// accidental damage, not against attacks. For a hash of two arrays, give the hash of one as the `seed` of the other.
NORMA_NOINLINE inline std::uint64_t xxh64(std::span<const std::byte> bytes, std::uint64_t seed = 0) {
    using namespace detail;
    std::uint64_t hash = seed + xxh_prime5;
    const std::uint64_t size = bytes.size();
    const auto take = [&]<class Lane>(Lane) {
        const Lane lane = little_endian<Lane>(bytes.data());
        bytes = bytes.subspan(sizeof(Lane));
        return std::uint64_t{lane};
    };
    if (bytes.size() >= 32) {
        std::uint64_t sums[4] = {seed + xxh_prime1 + xxh_prime2, seed + xxh_prime2, seed, seed - xxh_prime1};
        while (bytes.size() >= 32) {
            for (std::uint64_t& sum : sums) sum = xxh_round(sum, take(std::uint64_t{}));
        }
        hash = std::rotl(sums[0], 1) + std::rotl(sums[1], 7) + std::rotl(sums[2], 12) + std::rotl(sums[3], 18);
        for (const std::uint64_t sum : sums) hash = (hash ^ xxh_round(0, sum)) * xxh_prime1 + xxh_prime4;
    }
    hash += size;
    while (bytes.size() >= 8)
        hash = std::rotl(hash ^ xxh_round(0, take(std::uint64_t{})), 27) * xxh_prime1 + xxh_prime4;
    if (bytes.size() >= 4) hash = std::rotl(hash ^ (take(std::uint32_t{}) * xxh_prime1), 23) * xxh_prime2 + xxh_prime3;
    while (!bytes.empty()) hash = std::rotl(hash ^ (take(std::uint8_t{}) * xxh_prime5), 11) * xxh_prime1;
    hash = (hash ^ (hash >> 33)) * xxh_prime2;
    hash = (hash ^ (hash >> 29)) * xxh_prime3;
    return hash ^ (hash >> 32);
}

/// Sixteen hexadecimal digits.
inline std::string hexadecimal(std::uint64_t value) {
    std::string text(16, '0');
    for (std::size_t i = text.size(); value != 0; value /= 16) text[--i] = "0123456789abcdef"[value % 16];
    return text;
}

}  // namespace norma::inline NORMA_TARGET
