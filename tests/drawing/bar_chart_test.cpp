#include "drawing/bar_chart.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../support/markup.hpp"
#include "../support/message.hpp"

namespace bar_chart_test {

using namespace norma::drawing;

namespace {

/// The values of an attribute in the order of the markup.
std::vector<double> values_of(const std::string& markup, const std::string& start, const std::string& attribute) {
    std::vector<double> values;
    for (std::size_t at = 0; (at = markup.find(start, at)) != std::string::npos; ++at)
        values.push_back(std::stod(markup.substr(markup.find(" " + attribute + "=\"", at) + attribute.size() + 3)));
    return values;
}

BarChart chart() { return {"c", "Title", "What it shows.", "ms", {{"group <1>", {{"a", {{10, 0, ""}}, "10 ms"}}}}}; }

}  // namespace

TEST_CASE("lengths are proportional, and parts are stacked") {
    BarChart drawn = chart();
    drawn.groups[0].bars.push_back({"b", {{10, 0, ""}, {5, 1, ""}, {5, BarChart::neutral, ""}}, "20 ms"});
    const std::string markup = draw(drawn).body;
    const auto x = values_of(markup, "<rect", "x"), width = values_of(markup, "<rect", "width");
    REQUIRE(x.size() == 4);
    CHECK(x[0] == x[1]);
    CHECK(width[0] == width[1]);
    CHECK(x[2] == doctest::Approx(x[1] + width[1]).epsilon(0.01));
    CHECK(width[2] == doctest::Approx(width[1] / 2).epsilon(0.01));
    CHECK(x[3] > x[2]);
    CHECK(mentions(markup, "class=\"neutral\"", "group &lt;1&gt;"));
}

TEST_CASE("every bar is inside the drawing, with room for its label") {
    BarChart drawn = chart();
    drawn.groups[0].bars[0].label = "a label of some length, with 123 %";
    drawn.groups[0].bars[0].name = "a long name, too";
    const Svg svg = draw(drawn);
    const auto x = values_of(svg.body, "<rect", "x"), width = values_of(svg.body, "<rect", "width");
    CHECK(x[0] > 16 * 5);
    CHECK(x[0] + width[0] < svg.width - 34 * 5);
    CHECK(svg.height > values_of(svg.body, "<rect", "y")[0] + 16);
    CHECK(unbalanced(svg.standalone()) == "");
}

TEST_CASE("a text is on a part only if there is room") {
    BarChart drawn = chart();
    drawn.groups[0].bars[0].parts = {{100, 0, "wide"}, {0.5, 1, "narrow"}};
    const std::string markup = draw(drawn).body;
    CHECK(mentions(markup, ">wide</text>"));
    CHECK_FALSE(mentions(markup, ">narrow</text>"));
    CHECK(mentions(markup, "<title>a: narrow</title>"));
}

TEST_CASE("values without a length are drawn with length 0") {
    BarChart drawn = chart();
    for (const double value : {-3.0, 0.0, std::numeric_limits<double>::infinity(), std::nan("")})
        drawn.groups[0].bars.push_back({"x", {{value, 0, ""}}, "?"});
    const auto width = values_of(draw(drawn).body, "<rect", "width");
    REQUIRE(width.size() == 5);
    for (std::size_t i = 1; i < width.size(); ++i) CHECK(width[i] == 0);
    drawn.groups[0].bars.erase(drawn.groups[0].bars.begin());
    CHECK(unbalanced(draw(drawn).standalone()) == "");
}

TEST_CASE("a mark widens the axis, and the legend names it") {
    BarChart drawn = chart();
    const double before = values_of(draw(drawn).body, "<rect", "width")[0];
    drawn.marks = {{40, "the limit"}};
    const std::string markup = draw(drawn).body;
    CHECK(values_of(markup, "<rect", "width")[0] < before / 3);
    CHECK(mentions(markup, "class=\"mark dashed\"", "the limit"));
}

TEST_CASE("a chart of no bars") {
    CHECK(BarChart{"c", "", "", "", {}}.empty());
    CHECK(BarChart{"c", "", "", "", {{"group", {}}}}.empty());
    CHECK_FALSE(chart().empty());
    CHECK(unbalanced(draw(BarChart{"c", "", "", "", {}}).standalone()) == "");
}

}  // namespace bar_chart_test
