// The time of a reader, counted in basic blocks, is in proportion to the file. (The harnesses check for every input
// that its memory is at most twice the file and a megabyte.)
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#if defined(NORMA_HAS_ZLIB)
#include "gzip_bytes.hpp"
#endif
#include "harness.hpp"
#include "operations.hpp"

namespace scaling_test {

using namespace fuzz;

namespace {

Buffer bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

void append(Buffer& to, const Buffer& what) { to.insert(to.end(), what.begin(), what.end()); }

Buffer safetensors(const std::string& header, std::size_t data = 0) {
    Buffer file;
    for (std::size_t i = 0; i < 8; ++i)
        file.push_back(static_cast<std::uint8_t>(std::uint64_t{header.size()} >> (8 * i)));
    append(file, bytes_of(header));
    file.resize(file.size() + data);
    return file;
}

/// Names of the same length, so that they sort like the numbers.
std::string name(std::size_t i) { return std::to_string(1'000'000 + i); }

std::string repeated(std::size_t n, std::string_view what) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += what;
    return text;
}

/// A Python pickle, as an input of the harness cifar.
Buffer pickle(const std::string& instructions) {
    Buffer file{0, 0x80, 4};
    append(file, bytes_of(instructions));
    return file;
}

/// An input whose size grows with `n`, and its harness.
struct Growing {
    std::string harness;
    std::string what;
    Buffer (*make)(std::size_t n);
};

const std::vector<Growing> inputs {
    {"safetensors", "tensors",
     [](std::size_t n) {
         std::string header;
         for (std::size_t i = 0; i < n; ++i) {
             header += (i == 0 ? "{\"" : ",\"") + name(i) + R"(":{"dtype":"U8","shape":[1],"data_offsets":[)" +
                       std::to_string(i) + "," + std::to_string(i + 1) + "]}";
         }
         return safetensors(header + "}", n);
     }},
        {"safetensors", "tensors in the opposite order",
         [](std::size_t n) {
             std::string header;
             for (std::size_t i = n; i > 0; --i) {
                 header += (i == n ? "{\"" : ",\"") + name(i) + R"(":{"dtype":"U8","shape":[1],"data_offsets":[)" +
                           std::to_string(i - 1) + "," + std::to_string(i) + "]}";
             }
             return safetensors(header + "}", n);
         }},
        {"safetensors", "empty tensors",
         [](std::size_t n) {
             std::string header;
             for (std::size_t i = 0; i < n; ++i) {
                 header += (i == 0 ? "{\"" : ",\"") + name(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
             }
             return safetensors(header + "}");
         }},
        {"safetensors", "texts of the metadata",
         [](std::size_t n) {
             std::string header;
             for (std::size_t i = 0; i < n; ++i) {
                 header += (i == 0 ? R"({"__metadata__":{")" : ",\"") + name(i) + R"(":"")";
             }
             return safetensors(header + "}}");
         }},
        {"safetensors", "a long text",
         [](std::size_t n) { return safetensors(R"({"__metadata__":{"a":")" + repeated(n, "\\u00e9") + "\"}}"); }},
        {"safetensors", "sizes of a shape",
         [](std::size_t n) {
             return safetensors(R"({"a":{"dtype":"U8","shape":[1)" + repeated(n, ",1") + R"(],"data_offsets":[0,1]}})",
                                1);
         }},
        {"safetensors", "offsets",
         [](std::size_t n) {
             return safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0)" + repeated(n, ",1") + "]}}", 1);
         }},
        {"safetensors", "lists within one another",
         [](std::size_t n) { return safetensors(R"({"__metadata__":)" + repeated(n, "[")); }},
        {"safetensors", "objects within one another",
         [](std::size_t n) { return safetensors(repeated(n, R"({"a":)")); }},
        {"safetensors", "one key again and again",
         [](std::size_t n) { return safetensors("{" + repeated(n, R"("a":{},)") + R"("a":{}})"); }},
        {"safetensors", "keys of a tensor that nothing asks for",
         [](std::size_t n) {
             std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1])";
             for (std::size_t i = 0; i < n; ++i) header += ",\"" + name(i) + "\":0";
             return safetensors(header + "}}", 1);
         }},
        {"safetensors", "blanks", [](std::size_t n) { return safetensors("{}" + std::string(n, ' ')); }},
        {"safetensors", "an escape for each character of a name",
         [](std::size_t n) {
             return safetensors(
                 "{\"" + repeated(n, "\\u0000") + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1);
         }},
        {"history_json", "batches",
         [](std::size_t n) {
             const std::string losses = "0.1" + repeated(n, ",0.1");
             return bytes_of(R"({"epochs":[],"batch_loss":[)" + losses + R"(],"batch_accuracy":[)" + losses + "]}");
         }},
        {"history_json", "a wrong value that is long",
         [](std::size_t n) {
             return bytes_of(R"({"epochs":[],"batch_loss":[[0)" + repeated(n, ",0") + R"(]],"batch_accuracy":[]})");
         }},
        {"cifar", "marks of a pickle", [](std::size_t n) { return pickle(repeated(n, "(")); }},
        {"cifar", "lists of a pickle", [](std::size_t n) { return pickle(repeated(n, "]")); }},
        {"cifar", "numbers of a pickle's list", [](std::size_t n) { return pickle("](" + repeated(n, "K\1") + "e."); }},
        {"cifar", "tuples within one another", [](std::size_t n) { return pickle(")" + repeated(n, "\x85") + "."); }},
        {"cifar", "values of a pickle that are kept",
         [](std::size_t n) { return pickle("]" + repeated(n, "\x94") + "."); }},
        {"cifar", "entries of a pickle's dictionary",
         [](std::size_t n) { return pickle("}(" + repeated(n, "U\1aK\1") + "u."); }},
#if defined(NORMA_HAS_ZLIB)
        {"gzip", "members",
         [](std::size_t n) {
             const Buffer one = packed_anew(bytes_of(""));
             Buffer file;
             for (std::size_t i = 0; i < n; ++i) append(file, one);
             return file;
         }},
        {"gzip", "zeros at the end", [](std::size_t n) {
             Buffer file = packed_anew(bytes_of("content"));
             file.resize(file.size() + n);
             return file;
         }},
#endif
};

std::uint64_t operations_for(const Growing& growing, std::size_t n) {
    const auto harness = std::ranges::find(harnesses(), growing.harness, &Harness::name);
    REQUIRE(harness != harnesses().end());
    const Buffer input = growing.make(n);
    const std::uint64_t before = operations();
    CHECK_NOTHROW(harness->takes(input));
    return operations() - before;
}

}  // namespace

TEST_CASE("a file four times as large takes about four times the operations") {
    for (const Growing& growing : inputs) {
        CAPTURE(growing.harness);
        CAPTURE(growing.what);
        operations_for(growing, 10);  // includes work that is done only once
        std::uint64_t before = operations_for(growing, 2'000);
        REQUIRE(before > 10);  // counting is on
        for (const std::size_t n : {std::size_t{8'000}, std::size_t{32'000}}) {
            CAPTURE(n);
            const std::uint64_t now = operations_for(growing, n);
            const double ratio = static_cast<double>(now) / static_cast<double>(before);
            CHECK(ratio < 5.5);  // n: 4, n log n: 4.7, n²: 16
            if (ratio >= 5.5) break;
            before = now;
        }
    }
}

TEST_CASE("a hundred thousand tensors are read") {
    const std::uint64_t once = operations_for(inputs.front(), 100'000);
    CHECK(once > 100'000);
}

}  // namespace scaling_test
