#include "norma/io/json_string.hpp"

#include <doctest/doctest.h>

#include <string>

namespace json_string_test {

using norma::detail::JsonString;
using norma::detail::whole_number;

TEST_CASE("escapes of a JSON string are decoded") {
    CHECK(JsonString("").text().empty());
    CHECK(JsonString("größe").text() == "größe");
    CHECK(JsonString(R"(a\"\\\/\b\f\n\r\tz)").text() == "a\"\\/\b\f\n\r\tz");
    CHECK(JsonString(R"(\u0041\u00e9\u20ac\ud83d\ude42.)").text() == "Aé€🙂.");
    CHECK(JsonString(R"(\u0000)").text() == std::string(1, '\0'));
    CHECK(JsonString(R"(\uFFFF)").text() == "\xef\xbf\xbf");
}

TEST_CASE("strings are compared by their decoded text") {
    CHECK(JsonString("a").compare(JsonString(R"(\u0061)")) == 0);
    CHECK(JsonString("a").compare(JsonString("b")) < 0);
    CHECK(JsonString(R"(\u0062)").compare(JsonString("a")) > 0);
    CHECK(JsonString(R"(\u0061b)") == "ab");
    CHECK(JsonString("ab") == "ab");
    CHECK_FALSE(JsonString(R"(\u0061b)") == R"(\u0061b)");
}

TEST_CASE("whole_number takes numbers that are written as whole and fit") {
    CHECK(whole_number("0") == 0u);
    CHECK(whole_number("18446744073709551615") == 18446744073709551615u);
    for (const char* text : {"", "-1", "1.0", "1e3", "18446744073709551616", "\"1\"", "1 ", "+1"}) {
        CAPTURE(text);
        CHECK_FALSE(whole_number(text));
    }
}

}  // namespace json_string_test
