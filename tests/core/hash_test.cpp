#include "norma/core/hash.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hash_test {

using namespace norma;

namespace {
std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0) {
    return xxh64(std::as_bytes(std::span(text)), seed);
}
}  // namespace

TEST_CASE("XXH64 gives the published values") {
    // From the reference implementation of the specification and its bindings.
    CHECK(hash_of("") == 0xef46db3751d8e999);
    CHECK(hash_of("a") == 0xd24ec4f1a98c6e5b);
    CHECK(hash_of("abc") == 0x44bc2cf5ad770999);
    CHECK(hash_of("Nobody inspects the spammish repetition") == 0xfbcea83c8a378bf1);
    // The buffer and the values of xxHash's own test, at lengths on either side of a lane of 4, 8 and 32 bytes.
    std::vector<std::byte> buffer;
    std::uint64_t state = 2654435761u;
    while (buffer.size() < 222) {
        buffer.push_back(static_cast<std::byte>(state >> 56));
        state *= 11400714785074694797ull;
    }
    const std::uint64_t prime = 2654435761u;
    const std::span<const std::byte> all(buffer);
    CHECK(xxh64(all.first(0), prime) == 0xac75fda2929b17ef);
    CHECK(xxh64(all.first(1)) == 0xe934a84adb052768);
    CHECK(xxh64(all.first(1), prime) == 0x5014607643a9b4c3);
    CHECK(xxh64(all.first(4)) == 0x9136a0dca57457ee);
    CHECK(xxh64(all.first(14)) == 0x8282dcc4994e35c8);
    CHECK(xxh64(all.first(14), prime) == 0xc3bd6bf63deb6df0);
    CHECK(xxh64(all) == 0xb641ae8cb691c174);
    CHECK(xxh64(all, prime) == 0x20cb8ab7ae10c14a);
}

TEST_CASE("XXH64 differs for texts of every length that differ in one bit, or are cut off") {
    for (std::size_t size = 0; size < 80; ++size) {
        std::vector<std::byte> text(size, std::byte{0x5a});
        std::set<std::uint64_t> seen{xxh64(text)};
        for (std::size_t bit = 0; bit < 8 * size; ++bit) {
            text[bit / 8] ^= std::byte(1 << (bit % 8));
            CHECK(seen.insert(xxh64(text)).second);
            text[bit / 8] ^= std::byte(1 << (bit % 8));
        }
        text.push_back(std::byte{0});
        CHECK(seen.insert(xxh64(text)).second);
    }
}

}  // namespace hash_test
