#include "norma/io/safetensors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/python.hpp"
#include "../support/skipped.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/file.hpp"

namespace safetensors_test {

using namespace norma;

namespace {

/// A file of this header, with its length before it and `data` zeros after it.
std::vector<std::byte> file_of(const std::string& header, std::size_t data) {
    std::vector<std::byte> file;
    for (int i = 0; i < 8; ++i) file.push_back(static_cast<std::byte>(std::uint64_t{header.size()} >> (8 * i)));
    for (const char c : header) file.push_back(static_cast<std::byte>(c));
    file.resize(file.size() + data);
    return file;
}

/// The error message of reading such a file.
std::string refusal(const std::string& header, std::size_t data) {
    const std::vector<std::byte> file = file_of(header, data);
    return message_of<DataError>([&] { read_safetensors(file, "weights.safetensors"); });
}

std::string tensor(const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

}  // namespace

TEST_CASE("numbers and metadata read back as written") {
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

TEST_CASE("a header length beyond the file is refused before anything is allocated") {
    const std::vector<std::byte> nothing;
    CHECK(mentions(message_of<DataError>([&] { read_safetensors(nothing, "x"); }), "x: has 0 bytes"));
    std::vector<std::byte> file = file_of("{}", 0);
    for (std::size_t i = 0; i < 8; ++i) file[i] = std::byte{0xff};
    CHECK(mentions(message_of<DataError>([&] { read_safetensors(file, "x"); }),
                   "its header has 18446744073709551615 bytes"));
    file = file_of("{}", 0);
    file[0] = std::byte{3};
    CHECK(
        mentions(message_of<DataError>([&] { read_safetensors(file, "x"); }), "its header has 3 bytes, but 2 follow"));
}

TEST_CASE("a file that is cut anywhere is refused") {
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

TEST_CASE("a header that is not a JSON object of tensors is refused, and the message says why") {
    CHECK(mentions(refusal("{", 0), "weights.safetensors: its header is not valid JSON"));
    CHECK(mentions(refusal("[]", 0), "its header is an array, not a JSON object"));
    CHECK(mentions(refusal("{\"\xff\":1}", 0), "not valid JSON"));
    CHECK(mentions(refusal(R"({"a":1})", 0), "tensor a is described by a number, expected an object"));
    CHECK(mentions(refusal(R"({"a":{}})", 0), "tensor a has no dtype"));
    CHECK(mentions(refusal(R"({"__metadata__":{"x":1}})", 0), "a value for x that is not a string"));
    CHECK(mentions(refusal(R"({"__metadata__":[]})", 0), "__metadata__"));
}

TEST_CASE("a header with more levels than the format has is refused at the first one too many") {
    const std::string text = "has more than 3 levels of objects and arrays";
    CHECK(mentions(refusal(R"({"a":{"shape":[[1]]}})", 0), "weights.safetensors: its header " + text));
    CHECK(mentions(refusal(R"({"a":{"b":{"c":{}}}})", 0), text));
}

TEST_CASE("a key that is there twice is refused") {
    const std::string a = "\"a\":" + tensor("F32", "[1]", "[0,4]");
    CHECK(mentions(refusal("{" + a + "," + a + "}", 4), "has the key \"a\" twice"));
    CHECK(mentions(refusal(R"({"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})", 4),
                   "has the key \"dtype\" twice"));
}

TEST_CASE("impossible types and shapes are refused") {
    CHECK(mentions(refusal(R"({"a":)" + tensor("F33", "[1]", "[0,4]") + "}", 4), "dtype \"F33\""));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[-1]", "[0,4]") + "}", 4), "-1 in shape"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[1.5]", "[0,4]") + "}", 4), "1.5 in shape"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "7", "[0,4]") + "}", 4), "no array shape"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[4294967296,4294967296]", "[0,4]") + "}", 4),
                   "more numbers than the file holds"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[18446744073709551615,0]", "[0,0]") + "}", 0),
                   "18446744073709551615 in shape, which is too large"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[0,1000]", "[0,4]") + "}", 4),
                   "has 4 bytes, but shape 0x1000 of dtype F32 needs 0"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F4", "[3]", "[0,2]") + "}", 2),
                   "ends inside a byte: shape 3 of dtype F4 needs 12 bits"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F4", "[6]", "[0,2]") + "}", 2), "more numbers than the file holds"));
    CHECK(mentions(refusal(R"({"a":)" + tensor("F32", "[2]", "[0,4]") + "}", 8),
                   "has 4 bytes, but shape 2 of dtype F32 needs 8"));
}

TEST_CASE("a shape with a size of 0 needs no bytes, whatever its other sizes") {
    CHECK(refusal(R"({"a":)" + tensor("F32", "[0,1000]", "[0,0]") + "}", 0).empty());
    CHECK(refusal(R"({"a":)" + tensor("F32", "[4294967296,4294967296,0]", "[0,0]") + "}", 0).empty());
}

TEST_CASE("every dtype of the format is accepted, with its number of bytes") {
    const std::pair<const char*, int> bits[] = {
        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"BOOL", 8},        {"U8", 8},          {"I8", 8},
        {"F8_E4M3", 8}, {"F8_E5M2", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
        {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
        {"I64", 64},    {"U64", 64},    {"F64", 64},    {"C64", 64}};
    for (const auto& [type, size] : bits) {
        CAPTURE(type);
        const std::size_t bytes = std::size_t(size);  // of eight numbers
        const std::string end = std::to_string(bytes);
        CHECK(refusal(R"({"a":)" + tensor(type, "[2,4]", "[0," + end + "]") + "}", bytes).empty());
        CHECK_FALSE(refusal(R"({"a":)" + tensor(type, "[2,4]", "[0," + end + "1]") + "}", 10 * bytes + 1).empty());
    }
}

TEST_CASE("tensors that overlap, leave gaps or are outside the file are refused") {
    const auto two = [](const std::string& first, const std::string& second) {
        return R"({"a":)" + tensor("F32", "[1]", first) + R"(,"b":)" + tensor("F32", "[1]", second) + "}";
    };
    CHECK(mentions(refusal(two("[0,4]", "[0,4]"), 8), "inside the tensor before it"));
    CHECK(mentions(refusal(two("[0,4]", "[5,9]"), 9), "after a gap"));
    CHECK(mentions(refusal(two("[0,4]", "[4,8]"), 7), "not a begin and an end in the file's 7 bytes"));
    CHECK(mentions(refusal(two("[0,4]", "[8,4]"), 8), "not a begin and an end in the file's 8 bytes"));
    CHECK(mentions(refusal(two("[0,4]", "[4]"), 8), "not a begin and an end in the file's"));
    CHECK(mentions(refusal(two("[0,4]", "[4,8]"), 9), "1 bytes that belong to no tensor"));
    CHECK(refusal(two("[4,8]", "[0,4]"), 8).empty());  // in any order
}

TEST_CASE("text from a file is short in a message, without control characters") {
    const std::string parts[] = {R"(\u001b[2J\u0000)", std::string(200'000, 'x')};
    for (const std::string& part : parts) {
        CAPTURE(part.size());
        const std::string key = "\"" + part + "\":";
        const std::string entry = tensor("F32", "[1]", "[0,4]");
        const std::string texts[] = {
            refusal("{" + key + entry + "," + key + entry + "}", 4),                     // twice
            refusal("{" + key + "1}", 0),                                                // no object
            refusal("{" + key + "{}}", 0),                                               // no dtype
            refusal("{" + key + R"({"dtype":"F32"}})", 0),                               // no shape
            refusal("{" + key + tensor(part, "[1]", "[0,4]") + "}", 4),                  // no such type
            refusal("{" + key + tensor("F32", "[\"" + part + "\"]", "[0,4]") + "}", 4),  // no size
            refusal("{" + key + tensor("F32", "[9]", "[0,4]") + "}", 4),                 // too large
            refusal("{" + key + tensor("F32", "[1]", "[0,5]") + "}", 4),                 // outside
            refusal("{" + key + tensor("F32", "[1]", "[0,3]") + "}", 4),                 // not that long
            refusal("{" + key + tensor("F32", "[1]", "[1,5]") + "}", 5),                 // after a gap
            refusal(R"({"__metadata__":{)" + key + "1}}", 0),                            // no text
            refusal("{" + key, 0),                                                       // no JSON
            refusal("{\"" + part, 0),                                                    // no end
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

TEST_CASE("texts that are not UTF-8 are refused when writing, and named") {
    const std::vector<std::byte> bytes(4);
    const auto refused = [&](const std::string& name, const std::string& key, const std::string& value) {
        return message_of<DataError>([&] { write_safetensors({{{name, {"F32", {1}, bytes}}}, {{key, value}}}); });
    };
    CHECK(mentions(refused("a\xff", "k", "v"), "the name of a tensor is 'a\\xff', which is not UTF-8"));
    CHECK(mentions(refused("a", "k\xe4", "v"), "a key of the metadata is 'k\\xe4'"));
    CHECK(mentions(refused("a", "made by",
                           "G\xf6"
                           "del"),
                   "the metadata's 'made by' is 'G\\xf6"
                   "del'"));
    CHECK(refused("ä", "ö", "ü").empty());
}

TEST_CASE("numbers of a type that norma does not compute with are refused by name") {
    const std::vector<std::byte> bytes(4);
    CHECK(mentions(message_of<DataError>([&] {
                       numbers_of<float>({"I32", {1}, bytes}, "conv.weight");
                   }),
                   "conv.weight has dtype I32"));
}

TEST_CASE("every F16 and BF16 number becomes the same float") {
    std::vector<std::byte> bytes;
    for (int bits = 0; bits < 65536; ++bits) {
        bytes.push_back(static_cast<std::byte>(bits & 0xff));
        bytes.push_back(static_cast<std::byte>(bits >> 8));
    }
    // The definitions, in double: (−1)^sign · fraction · 2^exponent.
    const auto meant = [](int bits, int exponent_bits, int fraction_bits) {
        const double sign = bits >> 15 != 0 ? -1 : 1;
        const int exponent = (bits >> fraction_bits) & ((1 << exponent_bits) - 1);
        const int fraction = bits & ((1 << fraction_bits) - 1);
        const int bias = (1 << (exponent_bits - 1)) - 1;
        if (exponent == 2 * bias + 1) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
        const double significand = fraction + (exponent == 0 ? 0 : 1 << fraction_bits);
        return sign * std::ldexp(significand, std::max(exponent, 1) - bias - fraction_bits);
    };
    for (const auto& [type, exponent_bits, fraction_bits] : {std::tuple("F16", 5, 10), std::tuple("BF16", 8, 7)}) {
        CAPTURE(type);
        const std::vector<float> floats = numbers_of<float>({type, {65536}, bytes}, "all");
        REQUIRE(floats.size() == 65536);
        int wrong = 0;
        for (int bits = 0; bits < 65536; ++bits) {
            const double wanted = meant(bits, exponent_bits, fraction_bits);
            const double got = floats[std::size_t(bits)];
            const bool same =
                std::isnan(wanted) ? std::isnan(got) : got == wanted && std::signbit(got) == std::signbit(wanted);
            wrong += same ? 0 : 1;
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("metadata may be null, and unknown members are skipped") {
    const std::string a = "\"a\":" + tensor("F32", "[1]", "[0,4]");
    CHECK(refusal(R"({"__metadata__":null,)" + a + "}", 4).empty());
    CHECK(refusal(R"({"a":{"more":[1],"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4).empty());
    CHECK(mentions(refusal(R"({"__metadata__":null,"__metadata__":{}})", 0), "the key \"__metadata__\" twice"));
    CHECK(mentions(refusal(R"({"__metadata__":{"k":"v","\u006b":"w"}})", 0), "the key \"k\" twice"));
    CHECK(mentions(refusal(R"({"__metadata__":7})", 0), "__metadata__ in its header is not a JSON object"));
}

TEST_CASE("a byte-order mark before the header, or other bytes after it, are refused") {
    const std::string header = "{\"a\":" + tensor("F32", "[1]", "[0,4]") + "}";
    const std::string place = " at byte " + std::to_string(header.size());
    CHECK(refusal(header + "   ", 4).empty());
    CHECK(
        mentions(refusal("\xef\xbb\xbf" + header, 4), "weights.safetensors: its header begins with a byte-order mark"));
    CHECK(mentions(refusal(header + std::string(1, '\0'), 4), "'\\x00'" + place + ", expected the end"));
    CHECK(mentions(refusal(header + std::string("\0garbage", 8), 4), "'\\x00'" + place));
    CHECK(mentions(refusal(header + header, 4), "'{'" + place));
}

TEST_CASE("a tensor has at most 64 axes") {
    const auto shape = [](int axes) {
        std::string text = "[1";
        for (int i = 1; i < axes; ++i) text += ",1";
        return text + "]";
    };
    CHECK(refusal("{\"a\":" + tensor("F32", shape(64), "[0,4]") + "}", 4).empty());
    CHECK(mentions(refusal("{\"a\":" + tensor("F32", shape(65), "[0,4]") + "}", 4), "tensor a has more than 64 axes"));
}

TEST_CASE("names are found by their decoded text, and sorted by its bytes") {
    const std::vector<std::byte> file = file_of(
        "{"
        R"("\u0062\n":)" +
            tensor("U8", "[1]", "[0,1]") + R"(,"ä":)" + tensor("U8", "[2]", "[1,3]") + R"(,"a":)" +
            tensor("U8", "[]", "[3,4]") + R"(,"__metadata__":{"z":"1","\u0061\"":"\u00e4 2"}})",
        4);
    const SafetensorsFile content(file);
    REQUIRE(content.size() == 3);
    CHECK(content.name(0) == "a");
    CHECK(content.name(1) == "b\n");
    CHECK(content.name(2) == "ä");
    CHECK(content.tensor(2).shape == std::vector<std::int64_t>{2});
    REQUIRE(content.find("b\n"));
    CHECK(content.find("b\n")->bytes.data() == file.data() + file.size() - 4);
    CHECK(content.contains("a"));
    CHECK_FALSE(content.contains("b"));
    CHECK_FALSE(content.find("zz"));
    CHECK(content.metadata("a\"") == "ä 2");
    CHECK_FALSE(content.metadata("a"));
    CHECK(content.metadata() == std::map<std::string, std::string>{{"z", "1"}, {"a\"", "ä 2"}});
    CHECK(read_safetensors(file).tensors.size() == 3);
}

TEST_CASE("a file that could not be read again is not written") {
    const std::vector<std::byte> bytes(4);
    const auto refused = [&](const std::string& name, const TensorView& view) {
        return message_of<DataError>([&] { write_safetensors({{{name, view}}, {}}); });
    };
    CHECK(refused("a", {"F32", {1}, bytes}).empty());
    CHECK(refused("__metadata__ ", {"F32", {1}, bytes}).empty());
    CHECK(mentions(refused("__metadata__", {"F32", {1}, bytes}), "a tensor is called __metadata__",
                   "give it another name"));
    CHECK(mentions(refused("a", {"F32", {2}, bytes}),
                   "to be written: tensor a has a shape with more numbers than the file holds"));
    CHECK(mentions(refused("a", {"F64", {0}, bytes}), "tensor a has 4 bytes, but shape 0 of dtype F64 needs 0"));
    CHECK(mentions(refused("a", {"float", {1}, bytes}), "dtype \"float\""));
    CHECK(mentions(refused("a", {"F32", {-1}, bytes}), "-1 in shape"));
}

namespace {

/// A header of so many tensors of one number each.
std::string many(int tensors) {
    std::string header = "{";
    for (int i = 0; i < tensors; ++i) {
        header += (i == 0 ? "\"" : ",\"") + std::to_string(i) +
                  ".w\":" + tensor("U8", "[1]", "[" + std::to_string(i) + "," + std::to_string(i + 1) + "]");
    }
    return header + "}";
}

/// Peak memory of reading `header`, divided by the header's length.
double memory_in_headers(const std::string& header, std::size_t data) {
    const std::vector<std::byte> file = file_of(header, data);
    const auto peak = peak_memory_of([&] {
        try {
            const SafetensorsFile content(file);
            CHECK(content.size() == (data > 0 ? data : content.size()));
        } catch (const DataError&) {
        }
    });
    return peak ? static_cast<double>(*peak) / static_cast<double>(header.size()) : 0;
}

}  // namespace

TEST_CASE("a hundred and fifty thousand tensors are read and written, in less memory than their header has") {
    // If the time grew with the square of their number, this would not end within the test's time limit.
    const std::string header = many(150'000);
    CHECK(memory_in_headers(header, 150'000) < 1);
    const std::vector<std::byte> file = file_of(header, 150'000);
    const Safetensors content = read_safetensors(file);
    REQUIRE(content.tensors.size() == 150'000);
    const std::vector<std::byte> written = write_safetensors(content);
    const SafetensorsFile again(written);
    REQUIRE(again.size() == 150'000);
    CHECK(again.find("149999.w")->shape == std::vector<std::int64_t>{1});
}

TEST_CASE("no header takes twice its own memory") {
    constexpr std::size_t size = 8'000'000;
    const auto repeated = [](std::string begin, const std::string& part, const std::string& end) {
        while (begin.size() < size) begin += part;
        return begin + end;
    };
    CHECK(memory_in_headers(repeated(R"({"__metadata__":)", "[", ""), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"__metadata__":{"a":)", "{\"a\":", ""), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"a":{"dtype":)", "[", ""), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"a":{"shape":[0)", ",0", "]}}"), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"a":{"data_offsets":[0)", ",0", "]}}"), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"a":{"more":[0)", ",0", "]}}"), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"__metadata__":{"k":")", "x", "\"}}"), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"__metadata__":{"k":")", "\\n", "\"}}"), 0) < 0.1);
    CHECK(memory_in_headers(repeated(R"({"__metadata__":{"":"")", R"(,"":"")", "}}"), 0) < 2);
    CHECK(memory_in_headers(repeated(R"({"a":1)", R"(,"a":1)", "}"), 0) < 0.1);
}

TEST_CASE("the package safetensors reads what norma writes, and the reverse" * doctest::test_suite("if_available")) {
    const TemporaryFolder folder;
    const std::vector<float> floats{0, 1, 2, 3, 4, 5};
    const std::vector<std::int64_t> count{-7};
    const auto a = to_little_endian<float>(floats);
    const auto c = to_little_endian<std::int64_t>(count);
    Safetensors ours;
    ours.tensors = {{"a", {"F32", {2, 3}, a}},
                    {"count", {"I64", {}, c}},
                    {"empty", {"F64", {0, 4}, {}}},
                    {"ä\"\\\n", {"I64", {1}, c}}};
    ours.metadata = {{"key \x1b", "text ü"}};
    write_file_atomically(folder / "ours.safetensors", write_safetensors(ours));
    const auto status = run_python("io/exchange_safetensors.py '" + (folder / "ours.safetensors").string() + "' '" +
                                   (folder / "theirs.safetensors").string() + "'");
    if (!status) {
        skip("python3, or the Python named by NORMA_PYTHON, has no numpy and safetensors");
        return;
    }
    REQUIRE(*status == 0);
    const std::vector<std::uint8_t> bytes = read_file(folder / "theirs.safetensors");
    const SafetensorsFile theirs(std::as_bytes(std::span(bytes)));
    CHECK(theirs.metadata("note") == "größe \x07");
    REQUIRE(theirs.find("ö \"quoted\"\t"));
    CHECK(numbers_of<double>(*theirs.find("ö \"quoted\"\t"), "it") == std::vector<double>{0.1});
    for (const std::string name : {"half", "brain"}) {
        CAPTURE(name);
        if (name == "brain" && !theirs.contains(name)) continue;  // no ml_dtypes
        const std::vector<float> got = numbers_of<float>(*theirs.find(name), name);
        const std::vector<float> wanted = numbers_of<float>(*theirs.find(name + "_widened"), name);
        REQUIRE(got.size() == 65536);
        CHECK(std::ranges::equal(got, wanted, [](float x, float y) {
            return std::isnan(x) ? std::isnan(y) : x == y && std::signbit(x) == std::signbit(y);
        }));
    }
}

}  // namespace safetensors_test
