#include "norma/core/file.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <string>
#include <vector>

#include "../support/full_disk.hpp"
#include "../support/message.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"

namespace file_test {

using namespace norma;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
    const auto bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a written file reads back") {
    const TemporaryFolder folder;
    for (const std::size_t n : {0u, 1u, 4096u, 3000000u}) {
        std::vector<std::uint8_t> bytes(n);
        for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::uint8_t>(i * i >> 3);
        write_file_atomically(folder / "file", std::as_bytes(std::span(bytes)));
        CHECK(read_file(folder / "file") == bytes);
    }
    write_file_atomically(folder / "file", "shorter");
    CHECK(text_of(folder / "file") == "shorter");
    CHECK(folder.count() == 1);
}

TEST_CASE("a temporary file of a killed process with the same number does no harm") {
    const TemporaryFolder folder;
    for (int i = 0; i < 2000; ++i) {  // whatever number this process has come to
        folder.put("file." + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp", {1});
    }
    write_file_atomically(folder / "file", "whole");
    CHECK(text_of(folder / "file") == "whole");
    CHECK(folder.count() == 2001);
}

TEST_CASE("temporary files of killed programs are removed, and no other files") {
    const TemporaryFolder folder;
    write_file_atomically(folder / "file", "whole");
    for (const char* leftover : {"file.1-0.tmp", "file.4711-12.tmp"}) folder.put(leftover, {1});
    for (const char* other : {"other.1-0.tmp", "file.bak", "file2.tmp"}) folder.put(other, {1});
    fs::create_symlink("file", folder / "link");
    remove_leftovers(folder / "link");
    CHECK(text_of(folder / "file") == "whole");
    CHECK(folder.count() == 5);
    CHECK_FALSE(fs::exists(folder / "file.1-0.tmp"));
    CHECK_FALSE(fs::exists(folder / "file.4711-12.tmp"));
    remove_leftovers(folder / "none" / "file");
}

TEST_CASE("a file without a size is read to its end") {
    if (!fs::exists("/proc/self/cmdline")) {
        skip("there is no /proc here");
        return;
    }
    CHECK(!read_file("/proc/self/cmdline").empty());
}

TEST_CASE("a file that cannot be read is named") {
    const TemporaryFolder folder;
    CHECK(mentions(message_of<FileError>([&] { read_file(folder / "none"); }), (folder / "none").string(),
                   "no such file"));
    CHECK(mentions(message_of<FileError>([&] { read_file(folder.path()); }), folder.path().string(), "is a folder"));
    folder.put("file", {1});
    CHECK(mentions(message_of<FileError>([&] { read_file(folder / "file" / "below"); }), "no such file"));
    fs::permissions(folder / "file", fs::perms::none);
    if (::geteuid() != 0) {
        CHECK(mentions(message_of<FileError>([&] { read_file(folder / "file"); }), "cannot be opened"));
    }
}

TEST_CASE("on a full disk the old file stays complete, and no temporary file is left") {
    const TemporaryFolder folder;
    write_file_atomically(folder / "file", "old");
    const std::string large(300000, 'x');
    std::string message;
    {
        const FullDisk full(100000);
        message = message_of<FileError>([&] { write_file_atomically(folder / "file", large); });
    }
    CHECK(mentions(message, (folder / "file").string(), "only 100000 of 300000 bytes", "unchanged"));
    CHECK(text_of(folder / "file") == "old");
    CHECK(folder.count() == 1);
}

TEST_CASE("a folder that cannot be written to is named") {
    const TemporaryFolder folder;
    CHECK(mentions(message_of<FileError>([&] { write_file_atomically(folder / "no" / "file", "x"); }),
                   (folder / "no" / "file").string(), "there is no folder"));
    fs::create_directory(folder / "taken");
    CHECK(mentions(message_of<FileError>([&] { write_file_atomically(folder / "taken", "x"); }), "is not a file"));
    CHECK(fs::is_directory(folder / "taken"));
    CHECK(mentions(message_of<FileError>([] { write_file_atomically("/dev/full", "x"); }), "is not a file"));
    CHECK(folder.count() == 1);
}

TEST_CASE("a name without a folder is in the current folder, and a symbolic link is followed") {
    const TemporaryFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    write_file_atomically("file", "here");
    fs::current_path(before);
    CHECK(text_of(folder / "file") == "here");

    fs::create_symlink("file", folder / "link");
    write_file_atomically(folder / "link", "through");
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(text_of(folder / "file") == "through");
}

}  // namespace file_test
