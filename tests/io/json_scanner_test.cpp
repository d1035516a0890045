#include "norma/io/json_scanner.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "../support/message.hpp"
#include "norma/core/random.hpp"

using namespace norma;
using detail::JsonScanner;
using detail::JsonString;

namespace {

/// What the scanner says of a text of any content.
std::string refusal(const std::string& text, int levels = 100) {
    return message_of<DataError>([&] {
        JsonScanner scanner(text, "it", levels);
        scanner.value();
        scanner.end();
    });
}

}  // namespace

TEST_CASE("values are taken in order, each as it stands") {
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
    CHECK(seen == std::vector<std::string>{"a a list", "1", "-2.5e+3", R"("x\n")", "b an object", R"({"c":null})",
                                           "d a truth value", "true", "e a list", "[ ]", "f an object", "{}"});
}

TEST_CASE("what others pass over is refused, with its place") {
    CHECK(mentions(refusal("\xef\xbb\xbf{}"), "it begins with a byte-order mark"));
    CHECK(mentions(refusal(std::string("{}\0garbage", 10)),
                   "it is not the JSON that it should be: '\\x00' stands at byte 2, where it should end"));
    CHECK(mentions(refusal(std::string("\0{}", 3)), "'\\x00' stands at byte 0, where a value should"));
    CHECK(mentions(refusal("{} {}"), "'{' stands at byte 3, where it should end"));
    CHECK(mentions(refusal("[[[1]]]", 2), "it is nested deeper than the 2 levels that it should have, at byte 2"));
    CHECK(refusal("[[1],[2],{}]", 2).empty());
    CHECK(mentions(refusal("[NaN]"), "'N' stands at byte 1, where a value should"));
    CHECK(mentions(refusal("[1,]"), "']' stands at byte 3, where a value should"));
    CHECK(mentions(refusal("[1 2]"), "'2' stands at byte 3, where ] should"));
    CHECK(mentions(refusal("{\"a\" 1}"), "'1' stands at byte 5, where : should"));
    CHECK(mentions(refusal("{a:1}"), "'a' stands at byte 1, where \" should"));
    CHECK(mentions(refusal("[01]"), "'1' stands at byte 2"));
    CHECK(mentions(refusal("[\"ab"), "the text that begins at byte 2 has no end"));
    CHECK(mentions(refusal("[\"\x1b[2J\"]"), "'\\x1b' stands at byte 2 in a text, where it should be escaped"));
    CHECK(mentions(refusal("[\"\xff\"]"), "'\\xff' stands at byte 2, which is no UTF-8"));
    CHECK(mentions(refusal(R"(["\x"])"), "'x' stands at byte 3 behind a backslash"));
    CHECK(mentions(refusal(R"(["\u12g4"])"), "four hexadecimal digits"));
    CHECK(mentions(refusal(R"(["\ud83d"])"), "half a pair"));
    CHECK(mentions(refusal("["), "it ends at byte 1"));
    CHECK(mentions(refusal(""), "it ends at byte 0, where a value should"));
}

TEST_CASE("the scanner takes what nlohmann_json takes") {
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

TEST_CASE("a text means what nlohmann_json says") {
    for (const char* raw : {R"("plain")", R"("\u0041\u00e9\u20ac\ud83d\ude42")", R"("\"\\\/\b\f\n\r\t")"}) {
        JsonScanner scanner(raw, "it", 0);
        CHECK(scanner.string().text() == nlohmann::json::parse(raw).get<std::string>());
    }
}
