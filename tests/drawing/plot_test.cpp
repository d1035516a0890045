#include "drawing/plot.hpp"

#include <doctest/doctest.h>

#include <cstdio>

#include "../support/markup.hpp"
#include "../support/message.hpp"

namespace plot_test {

using namespace norma::drawing;

TEST_CASE("logarithmic ticks cover the range") {
    CHECK(log_ticks({18, 320}) == std::vector<double>{10, 20, 50, 100, 200, 500});
    CHECK(log_ticks({20, 200}) == std::vector<double>{20, 50, 100, 200});
    CHECK(log_ticks({5, 5}) == std::vector<double>{5, 10});
    CHECK(log_ticks({}) == std::vector<double>{1, 2, 5, 10});
    CHECK(log_ticks({3, 40'000}) == std::vector<double>{1, 10, 100, 1000, 10'000, 100'000});
}

TEST_CASE("ticks have the decimals that their steps need") {
    CHECK(tick_text(0.5, 0.05) == "0.50");
    CHECK(tick_text(2, 1) == "2");
    CHECK(tick_text(20'000, 5000) == "20,000");
}

TEST_CASE("on logarithmic axes a power is a straight line, and a value without a logarithm breaks it") {
    Plot plot{"p", "title", "text", "x", "y", {{"s", 0, {{1, 10}, {10, 100}, {100, 1000}}}}, {1, 100}, {10, 1000}};
    plot.log_x = plot.log_y = true;
    plot.x_ticks = {1, 10, 100};
    std::string drawn = draw(plot).body;
    const std::size_t path = drawn.find(" d=\"M");
    REQUIRE(path != std::string::npos);
    double x[3], y[3];
    REQUIRE(std::sscanf(drawn.c_str() + path, " d=\"M%lf %lfL%lf %lfL%lf %lf", &x[0], &y[0], &x[1], &y[1], &x[2],
                        &y[2]) == 6);
    CHECK(x[1] - x[0] == doctest::Approx(x[2] - x[1]).epsilon(0.01));
    CHECK(y[1] - y[0] == doctest::Approx(y[2] - y[1]).epsilon(0.01));
    CHECK(mentions(drawn, ">1,000<"));
    plot.series[0].points[1].y = 0;
    drawn = draw(plot).body;
    CHECK_FALSE(mentions(drawn, "nan"));
    CHECK_FALSE(mentions(drawn, "inf"));
}

TEST_CASE("a single value has an axis around it") {
    for (const bool log : {false, true}) {
        Plot plot{"p", "title", "text", "x", "y", {{"s", 0, {{128, 5}}}}, {128, 128}, {5, 5}};
        plot.log_x = plot.log_y = log;
        const Svg drawn = draw(plot);
        CHECK(mentions(drawn.body, "<circle"));
        CHECK_FALSE(mentions(drawn.body, "nan"));
        CHECK(unbalanced(drawn.standalone()) == "");
    }
}

TEST_CASE("a band is below its line, inside the axes; with one point it is a bar") {
    Plot plot{"p", "title", "text", "x", "y", {{"s", 1, {{1, 5}, {2, 6}}}}, {1, 2}, {}};
    plot.series[0].band = {{1, 4, 6}, {2, 3, 9}};
    plot.y = plot.values();
    CHECK(plot.y.low == 3);
    CHECK(plot.y.high == 9);
    const std::string body = draw(plot).body;
    CHECK(mentions(body, "class=\"band f1\""));
    CHECK(body.find("class=\"band") < body.find("class=\"line s1\""));
    plot.series[0].points = {{1, 5}};
    plot.series[0].band = {{1, 4, 6}};
    CHECK_FALSE(mentions(draw(plot).body, "class=\"band"));
    CHECK(mentions(draw(plot).body, "class=\"line s1\""));
}

}  // namespace plot_test
