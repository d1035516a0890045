#include "norma/data/packed_file.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#if defined(NORMA_HAS_ZLIB)
#include "../support/gzip.hpp"
#endif
#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/temporary_folder.hpp"

namespace packed_file_test {

using namespace norma;

namespace {

/// "norma norma norma\n", packed by gzip.
const std::vector<std::uint8_t> packed{0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                       0xcb, 0xcb, 0x2f, 0xca, 0x4d, 0x54, 0xc8, 0x43, 0x90, 0x5c,
                                       0x00, 0x5d, 0x8f, 0x75, 0xd2, 0x12, 0x00, 0x00, 0x00};
const std::vector<std::uint8_t> unpacked{'n', 'o', 'r', 'm', 'a', ' ', 'n', 'o', 'r',
                                         'm', 'a', ' ', 'n', 'o', 'r', 'm', 'a', '\n'};

}  // namespace

TEST_CASE("a folder is not a file; a path that the system cannot look at is refused with the reason") {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "a");
    CHECK(!packed_file_exists(folder / "a"));
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(folder / "a"); }), "is a folder"));
    folder.put("a.gz", packed);
    CHECK(packed_file_exists(folder / "a"));

    std::filesystem::create_symlink("loop", folder / "loop");
    CHECK(packed_file_exists(folder / "loop"));
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(folder / "loop"); }), "loop",
                   "levels of symbolic links"));
    const std::string long_name(300, 'n');
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(folder / long_name); }), "File name too long"));
}

TEST_CASE("a file that is too large is refused before it is read; one without a size, while it is read") {
    const TemporaryFolder folder;
    const auto path = folder.put("a", {1, 2, 3});
    CHECK(read_packed_file(path, 3).size() == 3);
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(path, 2); }), path.string(), "more than 2 bytes"));
    std::filesystem::resize_file(path, std::uintmax_t{1} << 40);  // of which the disk keeps nothing
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(path); }), path.string(), "more than"));
    if (std::filesystem::exists("/dev/zero")) {
        CHECK(mentions(message_of<FileError>([&] { read_file("/dev/zero", 100000); }),
                       "/dev/zero: has more than 100000"));
    }
}

TEST_CASE("a plain file is read unchanged, and preferred to a packed one") {
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

TEST_CASE("a packed file is read if there is no plain one") {
    const TemporaryFolder folder;
    folder.put("a.gz", packed);
    CHECK(packed_file_exists(folder / "a"));
    CHECK(read_packed_file(folder / "a") == unpacked);
}

TEST_CASE("a packed file that is cut, damaged, followed by other bytes or not gzip is refused by name") {
    const TemporaryFolder folder;
    const auto complaint = [&](std::vector<std::uint8_t> bytes) {
        const auto path = folder.put("a.gz", bytes);
        const std::string message = message_of<FileError>([&] { read_packed_file(folder / "a"); });
        CHECK(mentions(message, path.string()));
        return message;
    };
    for (std::size_t n = 0; n < packed.size(); ++n) {
        const std::vector<std::uint8_t> cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(n));
        CHECK(mentions(complaint(cut), "it is cut short"));
    }
    std::vector<std::uint8_t> damaged = packed;
    damaged[packed.size() - 8] ^= 1;
    CHECK(mentions(complaint(damaged), "incorrect data check"));
    std::vector<std::uint8_t> longer = packed;
    longer.push_back('x');
    CHECK(mentions(complaint(longer), "at byte " + std::to_string(packed.size()) + " of", "after its end come bytes"));
    longer = packed;
    longer.insert(longer.end(), {0, 0, 0, 'x'});  // zeros, but not to the end
    CHECK(mentions(complaint(longer), "after its end come bytes"));
    longer = packed;
    longer.insert(longer.end(), packed.begin(), packed.end() - 1);
    CHECK(mentions(complaint(longer), "it is cut short"));
    std::vector<std::uint8_t> other_length = packed;
    other_length[packed.size() - 4] ^= 1;
    CHECK(mentions(complaint(other_length), "incorrect length check"));
}

TEST_CASE("several members one after another are joined, and zeros may follow") {
    const TemporaryFolder folder;
    const auto content_of = [&](const std::vector<std::uint8_t>& bytes) {
        return read_gzip(folder.put("a.gz", bytes));
    };
    std::vector<std::uint8_t> twice = unpacked, bytes = packed;
    twice.insert(twice.end(), unpacked.begin(), unpacked.end());
    bytes.insert(bytes.end(), packed.begin(), packed.end());
    CHECK(content_of(bytes) == twice);
    bytes.resize(bytes.size() + 10240);
    CHECK(content_of(bytes) == twice);
    CHECK(content_of(gzip({})).empty());

    // Members larger than the piece that is unpacked at a time, with an empty member between them.
    std::vector<std::uint8_t> large(200000), expected;
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * i >> 7);
    bytes.clear();
    for (const auto& part : {large, {}, unpacked, large}) {
        const auto member = gzip(part);
        bytes.insert(bytes.end(), member.begin(), member.end());
        expected.insert(expected.end(), part.begin(), part.end());
    }
    CHECK(content_of(bytes) == expected);
    CHECK(unpack_gzip(bytes, "a", expected.size()) == expected);
    CHECK(mentions(message_of<FileError>([&] { unpack_gzip(bytes, "a", expected.size() - 1); }),
                   "a: unpacked it has more than"));
}

TEST_CASE("a packed file is recognised by its bytes, whatever its name") {
    const TemporaryFolder folder;
    folder.put("packed", packed);
    CHECK(read_packed_file(folder / "packed") == unpacked);
    folder.put("plain.gz", {1, 2, 3});  // a browser has unpacked it and kept the name
    CHECK(read_packed_file(folder / "plain") == std::vector<std::uint8_t>{1, 2, 3});
}

TEST_CASE("unpacking takes the memory of the content, and little if the content is too large") {
    const std::vector<std::uint8_t> zeros(std::size_t{1} << 20);
    const auto bomb = gzip(zeros, 300);
    const auto refused = peak_memory_of([&] {
        CHECK(mentions(message_of<FileError>([&] { unpack_gzip(bomb, "bomb", std::size_t{200} << 20); }),
                       "bomb: unpacked it has more than 209715200 bytes"));
    });
    const auto packed_zeros = gzip(zeros, 50);
    std::size_t size = 0;
    const auto read = peak_memory_of([&] { size = unpack_gzip(packed_zeros, "zeros").size(); });
    CHECK(size == std::size_t{50} << 20);
    if (refused && read) {
        CHECK(*refused < 20 << 20);
        CHECK(*read < 75 << 20);
        CHECK(*read > 40 << 20);  // the measurement sees it
    }
}

TEST_CASE("a packed file with too large a content is refused") {
    const TemporaryFolder folder;
    // A million zeros, packed by gzip: a beginning, the same byte many times, an end.
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

TEST_CASE("without zlib, a packed file is refused, and the message has the remedy") {
    const TemporaryFolder folder;
    const auto path = folder.put("a.gz", packed);
    CHECK(packed_file_exists(folder / "a"));
    CHECK(mentions(message_of<FileError>([&] { read_packed_file(folder / "a"); }), path.string(), "gunzip"));
    CHECK(unpacked.size() == 18);
}

#endif

}  // namespace packed_file_test
