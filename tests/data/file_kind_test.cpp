#include "norma/data/file_kind.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../support/message.hpp"

namespace file_kind_test {

using namespace norma;

namespace {

std::string kind(std::string_view bytes) { return file_kind(std::vector<std::uint8_t>(bytes.begin(), bytes.end())); }

}  // namespace

TEST_CASE("files that people mistake for a data set are recognised by their first bytes") {
    using namespace std::string_view_literals;
    std::string tar(512, '\0');
    tar.replace(257, 5, "ustar");
    CHECK(mentions(kind(tar), "a tar archive", "tar xf"));
    CHECK(mentions(kind("\x1f\x8b\x08"), "gzip"));
    CHECK(mentions(kind("PK\x03\x04...."), "a zip archive"));
    CHECK(mentions(kind("\x89PNG\r\n\x1a\n\0\0"sv), "a PNG picture"));
    CHECK(mentions(kind("\xff\xd8\xff\xe0"), "a JPEG picture"));
    CHECK(mentions(kind("\xfd\x37zXZ\0\0"sv), "xz"));
    CHECK(mentions(kind("version https://git-lfs.github.com/spec/v1\n"), "Git LFS"));
}

TEST_CASE("a web page is recognised by its first tag, in capitals or not, after blanks and a byte-order mark") {
    for (const char* const page : {"<!DOCTYPE html><p>404", "<!doctype HTML>", "\n\t <HTML lang=en>",
                                   "\xef\xbb\xbf<html>", "<head>", "\xef\xbb\xbf \r\n<!DOCTYPE html>"}) {
        CHECK(mentions(kind(page), "a web page"));
    }
    CHECK(mentions(kind("<?xml version=\"1.0\"?><Error>"), "XML"));
}

TEST_CASE("other bytes, or too few bytes, are not recognised") {
    using namespace std::string_view_literals;
    for (const std::string_view bytes :
         {""sv, "\0\0\x08\x03"sv, "<"sv, "<htm"sv, "\x89PN"sv, "P"sv, "\xef\xbb\xbf"sv, "  "sv}) {
        CHECK(kind(bytes) == "");
    }
}

}  // namespace file_kind_test
