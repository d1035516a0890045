#include "norma/core/bytes.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bytes_test {

using namespace norma;

TEST_CASE("bytes: those of vectors, strings, arrays and spans, where they are") {
    const std::vector<std::uint16_t> numbers{0x0101, 0x0202};
    const std::span<const std::byte> bytes = bytes_of(numbers);
    REQUIRE(bytes.size() == 4);
    CHECK(static_cast<const void*>(bytes.data()) == numbers.data());
    CHECK(bytes[0] == std::byte{1});
    CHECK(bytes[3] == std::byte{2});

    CHECK(bytes_of(std::string("text")).size() == 4);
    const double array[3] = {};
    CHECK(bytes_of(array).size() == 3 * sizeof(double));
    CHECK(bytes_of(std::span(numbers).first(1)).size() == 2);
    CHECK(bytes_of(std::vector<double>()).empty());
}

TEST_CASE("bytes: what is written to them is in the elements") {
    std::vector<std::uint16_t> numbers{0, 0};
    const std::span<std::byte> bytes = writable_bytes_of(numbers);
    REQUIRE(bytes.size() == 4);
    bytes[2] = bytes[3] = std::byte{7};
    CHECK(numbers == std::vector<std::uint16_t>{0, 0x0707});
}

}  // namespace bytes_test
