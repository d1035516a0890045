#include "norma/data/packed_file.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "../support/message.hpp"
#include "../support/temporary_folder.hpp"

using namespace norma;

namespace {

/// "norma norma norma\n", as gzip packs it.
const std::vector<std::uint8_t> packed{0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                       0xcb, 0xcb, 0x2f, 0xca, 0x4d, 0x54, 0xc8, 0x43, 0x90, 0x5c,
                                       0x00, 0x5d, 0x8f, 0x75, 0xd2, 0x12, 0x00, 0x00, 0x00};
const std::vector<std::uint8_t> unpacked{'n', 'o', 'r', 'm', 'a', ' ', 'n', 'o', 'r',
                                         'm', 'a', ' ', 'n', 'o', 'r', 'm', 'a', '\n'};

}  // namespace

TEST_CASE("a plain file is read as it is, and before a packed one") {
    const TemporaryFolder folder;
    CHECK(!packed_file_exists(folder / "a"));
    folder.put("a", {1, 2, 3});
    CHECK(packed_file_exists(folder / "a"));
    CHECK(read_packed_file(folder / "a") == std::vector<std::uint8_t>{1, 2, 3});
    folder.put("a.gz", packed);
    CHECK(read_packed_file(folder / "a") == std::vector<std::uint8_t>{1, 2, 3});
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(folder / "b"); }), (folder / "b").string(),
                   "no such file"));
}

#if defined(NORMA_HAS_ZLIB)

TEST_CASE("a packed file is unpacked where no plain one is") {
    const TemporaryFolder folder;
    folder.put("a.gz", packed);
    CHECK(packed_file_exists(folder / "a"));
    CHECK(read_packed_file(folder / "a") == unpacked);
}

TEST_CASE("a packed file that is cut, damaged, followed by more, or no gzip file at all is refused by name") {
    const TemporaryFolder folder;
    const auto complaint = [&](std::vector<std::uint8_t> bytes) {
        const auto path = folder.put("a.gz", bytes);
        const std::string message = message_of<FileError>([&] { read_packed_file(folder / "a"); });
        CHECK(mentions(message, path.string()));
        return message;
    };
    for (std::size_t n = 0; n < packed.size(); ++n) {
        const std::vector<std::uint8_t> cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(n));
        CHECK(mentions(complaint(cut), "ends too early"));
    }
    std::vector<std::uint8_t> damaged = packed;
    damaged[packed.size() - 8] ^= 1;
    CHECK(mentions(complaint(damaged), "incorrect data check"));
    std::vector<std::uint8_t> longer = packed;
    longer.push_back(0);
    CHECK(mentions(complaint(longer), "other bytes follow"));
    CHECK(mentions(complaint({'p', 'l', 'a', 'i', 'n'}), "incorrect header check"));
}

TEST_CASE("a packed file that unpacks to more than allowed is refused") {
    const TemporaryFolder folder;
    // A million zeros, as gzip packs them: a start, one byte many times over, an end.
    std::vector<std::uint8_t> million_zeros{0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                            0x03, 0xed, 0xc1, 0x01, 0x01, 0x00, 0x00, 0x00, 0x82,
                                            0x20, 0xff, 0xaf, 0x6e, 0x48, 0x40, 0x01};
    million_zeros.insert(million_zeros.end(), 968, 0x00);
    million_zeros.insert(million_zeros.end(), {0xaf, 0x06, 0x9e, 0xcb, 0x79, 0x12, 0x40, 0x42, 0x0f, 0x00});
    const auto path = folder.put("a.gz", million_zeros);
    REQUIRE(read_gzip(path, 1000000) == std::vector<std::uint8_t>(1000000));
    CHECK(mentions(message_of<FileError>([&] { read_gzip(path, 999999); }), path.string(), "more than 999999"));
    CHECK_THROWS_AS(read_gzip(path, 100), FileError);
}

#else

TEST_CASE("without zlib, a packed file alone is refused with the remedy") {
    const TemporaryFolder folder;
    const auto path = folder.put("a.gz", packed);
    CHECK(packed_file_exists(folder / "a"));
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(folder / "a"); }), path.string(), "gunzip"));
    CHECK(unpacked.size() == 18);
}

#endif
