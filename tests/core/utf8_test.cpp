#include "norma/core/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace utf8_test {

using namespace norma;

namespace {
/// A number as UTF-8 with so many bytes, by the table in RFC 3629.
std::string spelled(char32_t code, int bytes) {
    if (bytes == 1) return {static_cast<char>(code)};
    std::string text;
    for (int i = 1; i < bytes; ++i) {
        text.insert(text.begin(), static_cast<char>(0x80 + code % 64));
        code /= 64;
    }
    constexpr unsigned marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    text.insert(text.begin(), static_cast<char>(marks[bytes] + code));
    return text;
}
}  // namespace

TEST_CASE("every Unicode character is read in its shortest encoding only") {
    int wrong = 0;
    for (char32_t code = 0; code <= 0x10ffff; ++code) {
        const int shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        const bool half = code >= 0xd800 && code <= 0xdfff;
        for (int bytes = shortest; bytes <= 4; ++bytes) {
            const Utf8Character c = utf8_at("x" + spelled(code, bytes) + "y", 1);
            const bool right = bytes == shortest && !half ? c.code == code && c.size == std::size_t(bytes) : !c;
            wrong += right ? 0 : 1;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("bytes that are not UTF-8 are recognised") {
    for (const std::string_view bad : {"\x80", "\xff", "\xc3", "\xc3\x28", "\xe2\x82", "\xf0\x9f\x99",
                                       "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xed\xa0\x80", "\xc0\x80"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_utf8(bad));
        CHECK_FALSE(utf8_at(bad, 0));
        CHECK_FALSE(is_utf8("größe " + std::string(bad)));
    }
    CHECK(is_utf8(""));
    CHECK(is_utf8("größe 重み 🙂"));
    CHECK_FALSE(utf8_at("", 0));
    CHECK(utf8_at(std::string_view("\0", 1), 0).size == 1);
}

}  // namespace utf8_test
