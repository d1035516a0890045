#include "norma/data/idx_file.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "../support/message.hpp"

namespace idx_file_test {

using namespace norma;
using norma::detail::IdxFile;

// Most errors are tested in tests/data/mnist_test.cpp, with pairs of files.

TEST_CASE("sizes and values of a file in memory") {
    const std::vector<std::uint8_t> bytes{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 10, 11, 12, 13, 14, 15};
    IdxFile file(bytes, "a", 3);
    CHECK(file.size(1) == 1);
    CHECK(file.size(2) == 2);
    CHECK(file.size(3) == 3);
    CHECK(std::vector<std::uint8_t>(file.values().begin(), file.values().end()) ==
          std::vector<std::uint8_t>{10, 11, 12, 13, 14, 15});
    CHECK(file.take_values() == std::vector<std::uint8_t>{10, 11, 12, 13, 14, 15});
}

TEST_CASE("a file that is cut anywhere is refused, and the message names it") {
    const std::vector<std::uint8_t> bytes{0, 0, 8, 1, 0, 0, 0, 3, 10, 11, 12};
    CHECK(IdxFile(bytes, "a", 1).values().size() == 3);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(mentions(message_of<FileError>([&] { IdxFile(cut, "a", 1); }), "a: ", "download it again"));
    }
}

}  // namespace idx_file_test
