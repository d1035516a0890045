#include "../../examples/support/run_or_say_why.hpp"

#include <doctest/doctest.h>

#include <string>

namespace run_or_say_why_test {

using namespace norma::examples;

TEST_CASE("A text keeps its lines, and its control characters are escaped") {
    CHECK(printable_lines("") == "");
    CHECK(printable_lines("one\ntwo\n") == "one\ntwo\n");
    CHECK(printable_lines("32 × 32\n\x1b[2J\xff") == "32 × 32\n\\x1b[2J\\xff");
    CHECK(printable_lines("\xc2\x9b") == "\\xc2\\x9b");  // ESC [ in one character
    const std::string text(100000, 'x');
    CHECK(printable_lines(text) == text);
}

}  // namespace run_or_say_why_test
