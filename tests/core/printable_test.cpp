#include "norma/core/printable.hpp"

#include <doctest/doctest.h>

#include <string>

namespace printable_test {

using namespace norma;

TEST_CASE("printable: readable text stays, in any script") {
    CHECK(printable("") == "");
    CHECK(printable("0.branch.1.weight") == "0.branch.1.weight");
    CHECK(printable("größe 重み 🙂") == "größe 重み 🙂");
}

TEST_CASE("printable: control characters and line ends are escaped") {
    CHECK(printable("a\x1b[2Jb\n\r\t\x7f") == "a\\x1b[2Jb\\x0a\\x0d\\x09\\x7f");
    CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // U+009B opens a sequence as ESC [ does
    CHECK(printable("\xc2\xa0") == "\xc2\xa0");
}

TEST_CASE("printable: invisible characters and those that change the writing direction are escaped") {
    CHECK(printable("a\u202eb") == "a\\xe2\\x80\\xaeb");
    for (const char* text : {"\u061c", "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u2066", "\u2069",
                             "\ufeff", "\U000e0041"}) {
        CAPTURE(text);
        CHECK(printable(text).starts_with("\\x"));
    }
    CHECK(printable("\u200c\u200d") == "\u200c\u200d");  // joiners: Persian and emojis are spelled with them
}

TEST_CASE("printable: bytes that are not UTF-8 are printed as numbers") {
    CHECK(printable("\xff"
                    "a") == "\\xffa");
    CHECK(printable("\xc3") == "\\xc3");
    CHECK(printable("\xe2\x82") == "\\xe2\\x82");
    CHECK(printable("\x80") == "\\x80");
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
    CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");           // a slash, spelled too long
}

TEST_CASE("printable: a long text is cut between characters") {
    CHECK(printable(std::string(100, 'a')) == std::string(100, 'a'));
    CHECK(printable(std::string(101, 'a')) == std::string(100, 'a') + "…");
    CHECK(printable(std::string(99, 'a') + "ö") == std::string(99, 'a') + "…");
    CHECK(printable("abcdef", 3) == "abc…");
    CHECK(printable(std::string(5'000'000, '\x1b')).size() < 500);
}

}  // namespace printable_test
