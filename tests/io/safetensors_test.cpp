#include "norma/io/safetensors.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../support/message.hpp"

using namespace norma;

namespace {

/// A file of this header, with its length before it, and `data` zeros behind.
std::vector<std::byte> file_of(const std::string& header, std::size_t data) {
    std::vector<std::byte> file;
    for (int i = 0; i < 8; ++i) file.push_back(static_cast<std::byte>(std::uint64_t{header.size()} >> (8 * i)));
    for (const char c : header) file.push_back(static_cast<std::byte>(c));
    file.resize(file.size() + data);
    return file;
}

/// What the reader says of such a file.
std::string refusal(const std::string& header, std::size_t data) {
    const std::vector<std::byte> file = file_of(header, data);
    return message_of<DataError>([&] { read_safetensors(file, "weights.safetensors"); });
}

std::string tensor(const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

}  // namespace

TEST_CASE("what is written reads back, numbers and metadata") {
    const std::vector<float> floats{1.5f, -0.0f, 3e-42f, 1e38f, -7, 0.1f};
    const std::vector<std::int64_t> whole{-1, std::int64_t{1} << 62};
    const std::vector<double> none;
    const auto a = to_little_endian<float>(floats);
    const auto b = to_little_endian<std::int64_t>(whole);
    const auto c = to_little_endian<double>(none);
    Safetensors content;
    content.tensors = {{"a.weight", {"F32", {2, 3}, a}}, {"b", {"I64", {2}, b}}, {"empty", {"F64", {0, 4}, c}}};
    content.metadata = {{"made by", "a \"test\""}};
    const std::vector<std::byte> file = write_safetensors(content);

    const Safetensors read = read_safetensors(file);
    CHECK(read.metadata == content.metadata);
    REQUIRE(read.tensors.size() == 3);
    CHECK(read.tensors.at("a.weight").shape == std::vector<std::int64_t>{2, 3});
    CHECK(numbers_of<float>(read.tensors.at("a.weight"), "a") == floats);
    CHECK(numbers_of<double>(read.tensors.at("a.weight"), "a") == std::vector<double>(floats.begin(), floats.end()));
    CHECK(numbers_of<std::int64_t>(read.tensors.at("b"), "b") == whole);
    CHECK(read.tensors.at("empty").bytes.empty());
    CHECK((read.tensors.at("a.weight").bytes.data() - file.data()) % 8 == 0);
}

TEST_CASE("numbers are little-endian in the file") {
    const std::vector<std::int64_t> one{0x0102030405060708};
    const std::vector<std::byte> bytes = to_little_endian<std::int64_t>(one);
    CHECK(std::to_integer<int>(bytes.front()) == 8);
    CHECK(std::to_integer<int>(bytes.back()) == 1);
}

TEST_CASE("a length that the file does not have is refused before anything is allocated") {
    const std::vector<std::byte> nothing;
    CHECK(mentions(message_of<DataError>([&] { read_safetensors(nothing, "x"); }), "x: has 0 bytes"));
    std::vector<std::byte> file = file_of("{}", 0);
    for (std::size_t i = 0; i < 8; ++i) file[i] = std::byte{0xff};
    CHECK(mentions(message_of<DataError>([&] { read_safetensors(file, "x"); }), "header of 18446744073709551615 bytes"));
    file = file_of("{}", 0);
    file[0] = std::byte{3};
    CHECK(mentions(message_of<DataError>([&] { read_safetensors(file, "x"); }), "header of 3 bytes, but 2 follow"));
}

TEST_CASE("a whole file cut anywhere is refused") {
    const std::vector<std::byte> bytes(24);
    Safetensors content;
    content.tensors = {{"a", {"F32", {2, 3}, bytes}}};
    const std::vector<std::byte> file = write_safetensors(content);
    for (std::size_t size = 0; size < file.size(); ++size) {
        CAPTURE(size);
        CHECK_THROWS_AS(read_safetensors(std::span(file).first(size)), DataError);
    }
    CHECK_NOTHROW(read_safetensors(file));
}

TEST_CASE("a header that is no JSON object of tensors is refused in words") {
    CHECK(mentions(refusal("{", 0), "weights.safetensors: its header is not the JSON that it should be"));
    CHECK(mentions(refusal("[]", 0), "not a JSON object"));
    CHECK(mentions(refusal("{\"\xff\":1}", 0), "not the JSON that it should be"));
    CHECK(mentions(refusal(R"({"a":1})", 0), "tensor a is described by number"));
    CHECK(mentions(refusal(R"({"a":{}})", 0), "tensor a has no dtype"));
    CHECK(mentions(refusal(R"({"__metadata__":{"x":1}})", 0), "a value for x that is no text"));
    CHECK(mentions(refusal(R"({"__metadata__":[]})", 0), "__metadata__"));
}

TEST_CASE("a header nested deeper than the format has is refused where it gets too deep") {
    const std::string text = "nested deeper than the 3 levels";
    CHECK(mentions(refusal(R"({"a":{"shape":[[1]]}})", 0), "weights.safetensors: its header is " + text));
    CHECK(mentions(refusal(R"({"a":{"b":{"c":{}}}})", 0), text));
    // Refused before it is read to its end, which is no JSON; kept as values, every level would take some 40 bytes.
    const std::size_t levels = 8'000'000;
    const std::vector<std::byte> lists = file_of(std::string(levels, '['), 0);
    const auto peak = [] {
        ::rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;  // KiB
    };
    const auto before = peak();
    CHECK(mentions(message_of<DataError>([&] { read_safetensors(lists); }), text));
    CHECK(peak() - before < static_cast<long>(levels / 1024));
}

TEST_CASE("a key that is there twice is refused") {
    const std::string a = "\"a\":" + tensor("F32", "[1]", "[0,4]");
    CHECK(mentions(refusal("{" + a + "," + a + "}", 4), "has the key \"a\" twice"));
    CHECK(mentions(refusal(R"({"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})", 4),
                   "has the key \"dtype\" twice"));
}

TEST_CASE("types and shapes that cannot be are refused") {
    CHECK(mentions(refusal(R"({"a":)" + tensor("F33", "[1]", "[0,4]") + "}", 4), "dtype \"F33\""));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[-1]", "[0,4]") + "}", 4), "-1 in shape"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[1.5]", "[0,4]") + "}", 4), "1.5 in shape"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "7", "[0,4]") + "}", 4), "no list shape"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[4294967296,4294967296]", "[0,4]") + "}", 4),
                   "more numbers than the file holds"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[18446744073709551615,0]", "[0,0]") + "}", 0),
                   "18446744073709551615 in shape, which is too large"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[0,1000]", "[0,4]") + "}", 4), "has 4 bytes, but 0x1000 of F32 are 0"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F4", "[3]", "[0,2]") + "}", 2), "ends inside a byte: 3 of F4 are 12 bits"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F4", "[6]", "[0,2]") + "}", 2), "more numbers than the file holds"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[2]", "[0,4]") + "}", 8), "has 4 bytes, but 2 of F32 are 8"));
}

TEST_CASE("a shape of no numbers needs no bytes, whatever its other sizes") {
    CHECK(refusal(R"({"a":)" + tensor("F32", "[0,1000]", "[0,0]") + "}", 0).empty());
    CHECK(refusal(R"({"a":)" + tensor("F32", "[4294967296,4294967296,0]", "[0,0]") + "}", 0).empty());
}

TEST_CASE("every type of the format is taken, with as many bytes as it has") {
    const std::pair<const char*, int> bits[] = {
        {"F4", 4},    {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"BOOL", 8},        {"U8", 8},          {"I8", 8},   {"F8_E4M3", 8},
        {"F8_E5M2", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16}, {"U16", 16},    {"F16", 16},
        {"BF16", 16}, {"I32", 32},    {"U32", 32},    {"F32", 32},        {"I64", 64},        {"U64", 64}, {"F64", 64},
        {"C64", 64}};
    for (const auto& [type, size] : bits) {
        CAPTURE(type);
        const std::size_t bytes = std::size_t(size);  // of eight numbers
        const std::string end = std::to_string(bytes);
        CHECK(refusal(R"({"a":)" + tensor(type, "[2,4]", "[0," + end + "]") + "}", bytes).empty());
        CHECK_FALSE(refusal(R"({"a":)" + tensor(type, "[2,4]", "[0," + end + "1]") + "}", 10 * bytes + 1).empty());
    }
}

TEST_CASE("tensors that overlap, leave gaps or lie outside are refused") {
    const auto two = [](const std::string& first, const std::string& second) {
        return R"({"a":)" + tensor("F32", "[1]", first) + R"(,"b":)" + tensor("F32", "[1]", second) + "}";
    };
    CHECK(mentions(refusal(two("[0,4]", "[0,4]"), 8), "inside the tensor before it"));
    CHECK(mentions(refusal(two("[0,4]", "[5,9]"), 9), "behind a gap"));
    CHECK(mentions(refusal(two("[0,4]", "[4,8]"), 7), "outside the file's 7 bytes"));
    CHECK(mentions(refusal(two("[0,4]", "[8,4]"), 8), "outside the file's 8 bytes"));
    CHECK(mentions(refusal(two("[0,4]", "[4]"), 8), "outside the file's"));
    CHECK(mentions(refusal(two("[0,4]", "[4,8]"), 9), "1 bytes that belong to none"));
    CHECK(refusal(two("[4,8]", "[0,4]"), 8).empty());  // in any order
}

TEST_CASE("what a message tells of a file is short, and steers no terminal") {
    const std::string parts[] = {R"(\u001b[2J\u0000)", std::string(200'000, 'x')};
    for (const std::string& part : parts) {
        CAPTURE(part.size());
        const std::string key = "\"" + part + "\":";
        const std::string entry = tensor("F32", "[1]", "[0,4]");
        const std::string texts[] = {
            refusal("{" + key + entry + "," + key + entry + "}", 4),                  // twice
            refusal("{" + key + "1}", 0),                                             // no object
            refusal("{" + key + "{}}", 0),                                            // no dtype
            refusal("{" + key + R"({"dtype":"F32"}})", 0),                            // no shape
            refusal("{" + key + tensor(part, "[1]", "[0,4]") + "}", 4),               // no such type
            refusal("{" + key + tensor("F32", "[\"" + part + "\"]", "[0,4]") + "}", 4),  // no size
            refusal("{" + key + tensor("F32", "[9]", "[0,4]") + "}", 4),              // too large
            refusal("{" + key + tensor("F32", "[1]", "[0,5]") + "}", 4),              // outside
            refusal("{" + key + tensor("F32", "[1]", "[0,3]") + "}", 4),              // not that long
            refusal("{" + key + tensor("F32", "[1]", "[1,5]") + "}", 5),              // behind a gap
            refusal(R"({"__metadata__":{)" + key + "1}}", 0),                         // no text
            refusal("{" + key, 0),                                                    // no JSON
            refusal("{\"" + part, 0),                                                 // no end
        };
        for (const std::string& text : texts) {
            CAPTURE(text.substr(0, 500));
            CHECK(text.starts_with("weights.safetensors: "));
            CHECK(text.size() < 700);
            CHECK(text.find_first_of(std::string("\x1b\0", 2)) == std::string::npos);
        }
    }
    std::string ones = "1";
    for (int i = 0; i < 100'000; ++i) ones += ",1";
    CHECK(refusal(R"({"a":)" + tensor("F32", "[" + ones + "]", "[0,3]") + "}", 4).size() < 300);
}

TEST_CASE("texts that are no UTF-8 are not written, and named") {
    const std::vector<std::byte> bytes(4);
    const auto refused = [&](const std::string& name, const std::string& key, const std::string& value) {
        return message_of<DataError>([&] { write_safetensors({{{name, {"F32", {1}, bytes}}}, {{key, value}}}); });
    };
    CHECK(mentions(refused("a\xff", "k", "v"), "the name of a tensor is 'a\\xff', which is no UTF-8"));
    CHECK(mentions(refused("a", "k\xe4", "v"), "a key of the metadata is 'k\\xe4'"));
    CHECK(mentions(refused("a", "made by", "G\xf6" "del"), "the metadata's 'made by' is 'G\\xf6" "del'"));
    CHECK(refused("ä", "ö", "ü").empty());
}

TEST_CASE("numbers of a type that norma does not compute with are refused by name") {
    const std::vector<std::byte> bytes(2);
    CHECK(mentions(message_of<DataError>([&] { numbers_of<float>({"F16", {1}, bytes}, "conv.weight"); }),
                   "conv.weight has dtype F16"));
}
