#include "norma/core/mapped_file.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "../support/message.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"

namespace mapped_file_test {

using namespace norma;

namespace {
std::vector<std::uint8_t> content_of(const MappedFile& file) { return {file.bytes().begin(), file.bytes().end()}; }
}  // namespace

TEST_CASE("a file's bytes are there, also after it was replaced, and when the mapping is moved") {
    const TemporaryFolder folder;
    std::vector<std::uint8_t> bytes(10000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
    MappedFile file(folder.put("file", bytes));
    CHECK(content_of(file) == bytes);
    write_file_atomically(folder / "file", "new");
    CHECK(content_of(file) == bytes);
    const MappedFile moved = std::move(file);
    CHECK(content_of(moved) == bytes);
    file = MappedFile(folder / "file");
    CHECK(content_of(file) == std::vector<std::uint8_t>{'n', 'e', 'w'});
}

TEST_CASE("an empty file has no bytes") {
    const TemporaryFolder folder;
    CHECK(MappedFile(folder.put("file", {})).bytes().empty());
}

TEST_CASE("what is no file is refused") {
    const TemporaryFolder folder;
    const auto refusal = [](const std::filesystem::path& path) {
        return message_of<FileError>([&] { MappedFile{path}; });
    };
    CHECK(mentions(refusal(folder / "none"), (folder / "none").string(), "no such file"));
    CHECK(mentions(refusal(folder.path()), folder.path().string(), "is a folder"));
    CHECK(mentions(refusal("/dev/zero"), "/dev/zero", "not a regular file"));
}

}  // namespace mapped_file_test
