#include "norma/data/pickle_stack.hpp"

#include <doctest/doctest.h>

#include "../support/message.hpp"

namespace pickle_stack_test {

using namespace norma;
using norma::detail::PickleStack;
using Kind = norma::detail::PickleValue::Kind;

// Whole pickles are tested in tests/data/pickle_test.cpp.

TEST_CASE("values become items of the list or dictionary below them, with a mark or without") {
    PickleStack stack("file", 100);
    stack.push(Kind::mark);
    stack.push(Kind::number, 1);
    stack.push(Kind::number, 2);
    CHECK(stack.count_to_mark() == 2);
    stack.push_items(Kind::tuple, 2, true);
    REQUIRE(stack.values().size() == 1);
    REQUIRE(stack.items(stack.top()).size() == 2);
    CHECK(stack.items(stack.top())[1].number == 2);

    stack.push_items(Kind::list, 1);
    stack.push(Kind::mark);
    stack.push(Kind::number, 3);
    stack.add_items(Kind::list, 1, true);
    REQUIRE(stack.values().size() == 1);
    REQUIRE(stack.items(stack.top()).size() == 2);
    CHECK(stack.items(stack.top())[0].kind == Kind::tuple);
    CHECK(stack.items(stack.top())[1].number == 3);
}

TEST_CASE("a value that was kept can be recalled; another number is refused") {
    PickleStack stack("file", 100);
    stack.push(Kind::number, 5);
    stack.remember(2);
    stack.remember();  // as number 3
    stack.pop();
    stack.recall(2);
    CHECK(stack.pop().number == 5);
    stack.recall(3);
    CHECK(stack.pop().number == 5);
    stack.at(17);
    CHECK(mentions(message_of<FileError>([&] { stack.recall(1); }), "file: ", "at byte 17", "number 1 "));
    CHECK(mentions(message_of<FileError>([&] { stack.remember(100); }), "number 100"));
}

TEST_CASE("more values than the limit are refused") {
    PickleStack stack("file", 2);
    stack.push(Kind::none);
    stack.pop();
    stack.push(Kind::none);
    CHECK(mentions(message_of<FileError>([&] { stack.push(Kind::none); }), "more than 2 values"));
}

}  // namespace pickle_stack_test
