#include "norma/io/json_scanner.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "../support/message.hpp"
#include "norma/core/random.hpp"

namespace json_scanner_test {

using namespace norma;
using detail::JsonScanner;
using detail::JsonString;

namespace {

/// The error message of scanning `text`; empty if it is valid.
std::string refusal(const std::string& text, int levels = 100) {
    return message_of<DataError>([&] {
        JsonScanner scanner(text, "it", levels);
        scanner.value();
        scanner.end();
    });
}

}  // namespace

TEST_CASE("values are read in order, each as its JSON") {
    JsonScanner scanner(R"( {"a" : [1, -2.5e+3, "x\n"], "b":{"c":null},"d":true, "e":[ ], "f":{}} )", "it", 3);
    std::vector<std::string> seen;
    scanner.object([&](const JsonString& name) {
        seen.push_back(name.text() + " " + scanner.kind());
        if (name == "a") {
            scanner.list([&] { seen.push_back(std::string(scanner.value())); });
        } else {
            seen.push_back(std::string(scanner.value()));
        }
    });
    scanner.end();
    CHECK(seen == std::vector<std::string>{"a an array", "1", "-2.5e+3", R"("x\n")", "b an object", R"({"c":null})",
                                           "d true or false", "true", "e an array", "[ ]", "f an object", "{}"});
}

TEST_CASE("what other parsers accept is refused, and the message has the byte") {
    CHECK(mentions(refusal("\xef\xbb\xbf{}"), "it begins with a byte-order mark"));
    CHECK(mentions(refusal(std::string("{}\0garbage", 10)),
                   "it is not valid JSON: it has '\\x00' at byte 2, expected the end"));
    CHECK(mentions(refusal(std::string("\0{}", 3)), "it has '\\x00' at byte 0, expected a value"));
    CHECK(mentions(refusal("{} {}"), "it has '{' at byte 3, expected the end"));
    CHECK(mentions(refusal("[[[1]]]", 2), "it has more than 2 levels of objects and arrays, from byte 2 on"));
    CHECK(refusal("[[1],[2],{}]", 2).empty());
    CHECK(mentions(refusal("[NaN]"), "it has 'N' at byte 1, expected a value"));
    CHECK(mentions(refusal("[1,]"), "it has ']' at byte 3, expected a value"));
    CHECK(mentions(refusal("[1 2]"), "it has '2' at byte 3, expected ']'"));
    CHECK(mentions(refusal("{\"a\" 1}"), "it has '1' at byte 5, expected ':'"));
    CHECK(mentions(refusal("{a:1}"), "it has 'a' at byte 1, expected '\"'"));
    CHECK(mentions(refusal("[01]"), "it has '1' at byte 2, expected ']'"));
    CHECK(mentions(refusal("[\"ab"), "the string that begins at byte 2 does not end"));
    CHECK(mentions(refusal("[\"\x1b[2J\"]"), "it has '\\x1b' at byte 2 in a string, where it must be escaped"));
    CHECK(mentions(refusal("[\"\xff\"]"), "it has '\\xff' at byte 2, which is not UTF-8"));
    CHECK(mentions(refusal(R"(["\x"])"), "it has 'x' at byte 3 after a backslash"));
    CHECK(mentions(refusal(R"(["\u12g4"])"), "four hexadecimal digits"));
    CHECK(mentions(refusal(R"(["\ud83d"])"), "only half of a pair"));
    CHECK(mentions(refusal("["), "it ends at byte 1"));
    CHECK(mentions(refusal(""), "it ends at byte 0, expected a value"));
}

TEST_CASE("the scanner accepts what nlohmann_json accepts") {
    const std::string seeds[] = {R"({"a":[1,-2.5e+3,"x\n\u00e9"],"b":{"c":null},"d":true,"e":[],"f":{}})",
                                 R"([0,-0,0.0,1e5,1E-5,123456789012345678901234567890,[[[]]],"größe \ud83d\ude42"])",
                                 R"(  "\"\\\/\b\f\n\r\t"  )", "\n\t false\r", "-12.50e-07"};
    RandomSequence random({1, Purpose::synthetic, 0, 0, 0});
    const std::string characters = "{}[]\",:0123456789-+.eEnulltruefalse\\udc00\xc3\xa9\xff \n";
    int taken = 0;
    int refused = 0;
    for (int round = 0; round < 60'000; ++round) {
        std::string text = seeds[random.below(std::size(seeds))];
        for (std::uint32_t change = random.below(4); change > 0 && !text.empty(); --change) {
            const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
            const char c = characters[random.below(static_cast<std::uint32_t>(characters.size()))];
            switch (random.below(4)) {
                case 0:
                    text[at] = c;
                    break;
                case 1:
                    text.insert(at, 1, c);
                    break;
                case 2:
                    text.erase(at, 1);
                    break;
                default:
                    text.resize(at);
            }
        }
        const std::string why = refusal(text);
        CAPTURE(text);
        CAPTURE(why);
        bool theirs = true;
        try {
            theirs = !nlohmann::json::parse(text).is_discarded();
        } catch (const nlohmann::json::parse_error&) {
            theirs = false;
        } catch (const nlohmann::json::out_of_range&) {
            continue;  // a number beyond a double's range: right JSON, and whoever takes the number looks at it
        }
        if (theirs != why.empty()) FAIL("they differ");
        ++(why.empty() ? taken : refused);
    }
    CHECK(taken > 15'000);
    CHECK(refused > 15'000);
}

TEST_CASE("a string has the same text as with nlohmann_json") {
    for (const char* raw : {R"("plain")", R"("\u0041\u00e9\u20ac\ud83d\ude42")", R"("\"\\\/\b\f\n\r\t")"}) {
        JsonScanner scanner(raw, "it", 0);
        CHECK(scanner.string().text() == nlohmann::json::parse(raw).get<std::string>());
    }
}

}  // namespace json_scanner_test
