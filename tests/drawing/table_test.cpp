#include "drawing/table.hpp"

#include <doctest/doctest.h>

#include "../support/markup.hpp"
#include "../support/message.hpp"

namespace table_test {

using namespace norma::drawing;

namespace {

const Table plain{{{"", "what"}, {"", "measured"}}, {{"a|b <c>", "1 %"}, {"longer", "20 %"}}};
const Table headed{{{"", "what"}, {"both", "one"}, {"both", "two"}}, {{"a", "1", "2"}}};

}  // namespace

TEST_CASE("a table as aligned text") {
    CHECK(render_text(plain) == "what     measured\n-----------------\na|b <c>       1 %\nlonger       20 %\n");
    CHECK(render_text(headed) == "        both\nwhat  one  two\n--------------\na       1    2\n");
}

TEST_CASE("a table as Markdown: what would end a cell is escaped") {
    CHECK(render_markdown(plain) == "| what | measured |\n|---|---:|\n| a\\|b <c> | 1 % |\n| longer | 20 % |\n");
}

TEST_CASE("a table as HTML: group headings only if there are groups") {
    const std::string html = render_html(plain, "a <caption>");
    CHECK(unbalanced(html) == "");
    CHECK(mentions(html, "a &lt;caption&gt;", "a|b &lt;c&gt;"));
    CHECK_FALSE(mentions(html, "colspan"));
    CHECK(mentions(render_html(headed, ""), "colspan=\"2\" scope=\"colgroup\">both"));
}

}  // namespace table_test
