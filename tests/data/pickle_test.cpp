#include "norma/data/pickle.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/pickles.hpp"

namespace pickle_test {

using namespace norma;
using norma::detail::Pickle;
using norma::detail::PickleValue;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A dictionary with one entry "a", its value as `write` writes it.
template <class Write>
Bytes with_entry(const Write& write) {
    PickleWriter to;
    to.code('}').code('(').text("a");
    write(to);
    return to.code('u').code('.').bytes;
}

std::string complaint(const Bytes& bytes) {
    return message_of<FileError>([&] { Pickle(bytes, "file"); });
}

/// The error message of reading it.
template <class Write>
std::string complaint_of(const Write& write) {
    return complaint(with_entry(write));
}

}  // namespace

TEST_CASE("numbers, texts and lists are found by their keys; the last of equal keys counts") {
    PickleWriter to;
    to.code('}').code('(');
    to.text("small").integer(7).text("two bytes").integer(10000);
    to.text("negative").code('J').number(0xfffffffeu, 4).text("long").code(0x8a).number(3, 1).number(0xfe0000u, 3);
    to.text("list").integers({1, 2, 300}).text("one").code(']').integer(5).code('a');
    to.text("again").code('h').number(1, 1);  // the first name that was kept
    to.text("small").integer(8);
    const Bytes bytes = to.code('u').code('.').bytes;
    const Pickle pickle(bytes, "file");
    const auto number = [&](const char* name) {
        return pickle.find(name) == nullptr ? -99 : pickle.find(name)->number;
    };
    CHECK(number("small") == 8);
    CHECK(number("two bytes") == 10000);
    CHECK(number("negative") == -2);
    CHECK(number("long") == -131072);
    CHECK(pickle.find("other") == nullptr);
    REQUIRE(pickle.find("list") != nullptr);
    const auto items = pickle.items(*pickle.find("list"));
    REQUIRE(items.size() == 3);
    CHECK(items[2].number == 300);
    CHECK(pickle.items(*pickle.find("one")).size() == 1);
    CHECK(pickle.text(*pickle.find("again")) == "small");
    CHECK(pickle.items(*pickle.find("small")).empty());
}

TEST_CASE("a NumPy array has its rows, columns and bytes") {
    const Bytes content{1, 2, 3, 4, 5, 6};
    const Bytes bytes = with_entry([&](PickleWriter& to) { to.array(2, 3, content); });
    const Pickle pickle(bytes, "file");
    REQUIRE(pickle.find("a") != nullptr);
    const Pickle<>::Array* const array = pickle.array(*pickle.find("a"));
    REQUIRE(array != nullptr);
    CHECK(array->rows == 2);
    CHECK(array->columns == 3);
    const auto found = pickle.bytes(array->bytes);
    CHECK(Bytes(found.begin(), found.end()) == content);
}

TEST_CASE("a pickle that is cut anywhere is refused") {
    const Bytes whole = pickled_batch({1, 2}, Bytes(2 * 3072, 9));
    CHECK(complaint(whole) == "");
    int accepted = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        accepted += complaint(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).empty();
    }
    CHECK(accepted == 0);
    Bytes longer = whole;
    longer.push_back(0);
    CHECK(mentions(complaint(longer), "file: a Python pickle", "1 bytes follow"));
}

TEST_CASE("no function is called: unknown functions and instructions are refused by name and byte") {
    CHECK(
        mentions(complaint_of([](PickleWriter& to) { to.function("os", "system").text("true").code(0x85).code('R'); }),
                 "file:", "at byte 9", "os.system", "calls none"));
    CHECK(mentions(complaint_of([](PickleWriter& to) { to.function("builtins\x1b[2J", "eval"); }), "\\x1b[2J.eval"));
    CHECK(mentions(complaint_of([](PickleWriter& to) { to.function("numpy", "load"); }), "numpy.load"));
    CHECK(mentions(complaint_of([](PickleWriter& to) { to.code('c').raw(std::string(200, 'a')); }),
                   "a name that does not end"));
    CHECK(
        mentions(complaint_of([](PickleWriter& to) { to.code('i').raw("os\nsystem\n"); }), "at byte 9", "0x69, INST"));
    CHECK(mentions(complaint_of([](PickleWriter& to) { to.code(0x81); }), "0x81, NEWOBJ"));
    CHECK(mentions(complaint_of([](PickleWriter& to) { to.code(0xff); }), "0xff, unknown"));
    CHECK(mentions(complaint({0x80, 6, '}', '.'}), "protocol 6", "2 to 5"));
    CHECK(mentions(complaint({0x80, 2, 'N', '.'}), "does not hold one dictionary"));
}

TEST_CASE("an instruction that needs more than the stack has is refused") {
    for (const char* const code :
         {"a",  "e",   "s",    "u",     "t",      "R",      "b",     "q\1",   "h\1",     "\x85",       "\x87", "\x93",
          "(a", "((e", "K\1e", "K\1(u", "](K\1u", "}(K\1u", "}K\1a", "K\1)R", "K\1K\1R", "K\1K\1\x93", "K\1)b"}) {
        PickleWriter to;
        to.raw(code).code('}').code('.');
        CHECK(complaint(to.bytes) != "");
    }
    CHECK(mentions(complaint({0x80, 2, '}', 'h', 3, '.'}), "at byte 3", "number 3 is used"));
    CHECK(mentions(complaint({0x80, 2, '}', 'j', 0xff, 0xff, 0xff, 0xff, '.'}), "4294967295"));
    CHECK(mentions(complaint({0x80, 2, '}', 'r', 0xff, 0xff, 0xff, 0xff, '.'}), "4294967295"));
    CHECK(mentions(complaint({0x80, 2, 'T', 0xff, 0xff, 0xff, 0x7f, '.'}),
                   "2147483647 bytes should follow, but 1 are left"));
    CHECK(mentions(complaint({0x80, 4, 0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '.'}), "should follow"));
    CHECK(mentions(complaint({0x80, 2, 0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, '.'}), "a number of 9 bytes"));
}

TEST_CASE("arrays of other types, orders and shapes are refused") {
    const Bytes content(6);
    CHECK(mentions(complaint_of([&](PickleWriter& to) { to.array(2, 3, content, "f4"); }), "'f4'", "'u1'"));
    CHECK(mentions(complaint_of([&](PickleWriter& to) { to.array(2, 3, content, "u1", true); }), "Fortran"));
    CHECK(mentions(complaint_of([&](PickleWriter& to) {
                       to.function("numpy.core.multiarray", "_reconstruct").code(')').code('R');
                       to.code('(').integer(1).integer(2).code(0x85).code('N').code(0x89).text("ab").code('t').code(
                           'b');
                   }),
                   "not a NumPy array of bytes"));
}

TEST_CASE("memory and time are in proportion to the file, whatever its instructions") {
    constexpr std::size_t size = std::size_t{16} << 20;
    for (const char* const code : {"N", "(", ")", "]", "}", "K\1", "]q\1", "](e", ")\x85", "C\1a"}) {
        PickleWriter to;
        const std::string text = code;
        while (to.bytes.size() < size) to.raw(text);
        std::string found;
        const auto peak = peak_memory_of([&] { found = complaint(to.bytes); });
        CHECK(found != "");
        if (peak) CHECK(*peak < 4 << 20);
    }
    // A list that contains itself.
    Bytes self{0x80, 2, '}', 'U', 1, 'a', ']', 'q', 1, 'h', 1, 'a', 's', '.'};
    const Pickle pickle(self, "file");
    CHECK(pickle.items(*pickle.find("a")).size() == 1);
}

}  // namespace pickle_test
