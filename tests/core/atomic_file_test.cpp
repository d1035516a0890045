// file_test.cpp tests what happens when the disk is full, and what a reader finds.
#include "norma/core/atomic_file.hpp"

#include <doctest/doctest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"

namespace atomic_file_test {

using namespace norma;

namespace {
std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}
}  // namespace

TEST_CASE("the pieces appear together when the file is committed") {
    const TemporaryFolder folder;
    folder.put("file", {'o', 'l', 'd'});
    const auto content = [&] {
        const auto bytes = read_file(folder / "file");
        return std::string(bytes.begin(), bytes.end());
    };
    {
        AtomicFile file(folder / "file");
        file.write(bytes_of("one, "));
        file.write(bytes_of("two"));
        CHECK(file.size() == 8);
        CHECK(content() == "old");
        CHECK(folder.count() == 2);
        file.commit();
        CHECK(content() == "one, two");
    }
    CHECK(folder.count() == 1);
}

TEST_CASE("without commit nothing is left, and the old file is unchanged") {
    const TemporaryFolder folder;
    folder.put("file", {'o'});
    AtomicFile(folder / "file").write(bytes_of("new"));
    CHECK(folder.count() == 1);
    CHECK(read_file(folder / "file").size() == 1);
}

}  // namespace atomic_file_test
