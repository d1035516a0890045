#include "../../examples/compare/seeds.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "../../examples/compare/curves.hpp"
#include "../../examples/compare/report.hpp"
#include "../support/markup.hpp"
#include "../support/message.hpp"
#include "made_up_results.hpp"

namespace seeds_test {

using namespace norma;
using namespace norma::compare;

TEST_CASE("mean and sample standard deviation, of finite values only") {
    const Spread none = spread({});
    CHECK(none.count == 0);
    CHECK(std::isnan(none.mean));
    CHECK(with_deviation(none, 2) == "–");
    const Spread one = spread(std::vector{7.0});
    CHECK(one.mean == 7);
    CHECK(one.deviation == 0);
    CHECK(with_deviation(one, 1) == "7.0");
    const Spread four = spread(std::vector{2.0, 4.0, std::numeric_limits<double>::quiet_NaN(), 4.0, 6.0});
    CHECK(four.count == 4);
    CHECK(four.mean == 4);
    CHECK(four.deviation == doctest::Approx(std::sqrt(8.0 / 3)));
    CHECK(with_deviation(four, 2) == "4.00 ± 1.63");
}

TEST_CASE("with several seeds the table has means and deviations of the complete trainings") {
    Results results = made_up(50);
    repeat(results, 3);
    CHECK(runs_of(results, "group").size() == 3);
    drawing::Table table = make_table(results);
    REQUIRE(table.rows.size() == 4);  // Batch twice
    CHECK(table.rows[0][2] == "80.53 ± 1.00");
    CHECK(table.rows[0][4] == "67.96 ± 1.00");
    CHECK(table.rows[1][0] == "Batch, recalibrated");
    CHECK(table.rows[1][4] == "77.40 ± 1.00");
    CHECK(table.rows[2][4] == "70.12 ± 1.00");
    CHECK(table.rows[2][5] == "0.858 ± 0.000");
    CHECK(mentions(format_table(results), "seeds 1 to 3: Batch 3, Group (2) 3, Layer 3"));

    results.repeats[4].history.epochs.pop_back();  // group norm with seed 3, interrupted
    table = make_table(results);
    CHECK(whole_runs_of(results, "group").size() == 2);
    CHECK(table.rows[2][4] == "69.62 ± 0.71");
    CHECK(mentions(format_table(results), "Group (2) 2"));
}

TEST_CASE("with one seed the test accuracy has only the interval") {
    CHECK(make_table(made_up(50)).columns[4].name == "(95 % interval)");
    CHECK(seeds_in_words(made_up(50)) == "seed 1");
}

TEST_CASE("curves of several seeds are means in a band of the deviation") {
    Results results = made_up(50, 3);
    const std::vector<const NetworkResult*> group{&results.networks[1]};
    for (const drawing::Svg& plot : curves(results, group)) CHECK_FALSE(mentions(plot.body, "class=\"band"));
    repeat(results, 3);
    for (const drawing::Svg& plot : curves(results, group)) {
        CAPTURE(plot.id);
        CHECK(mentions(plot.body, "class=\"band"));
        CHECK(mentions(plot.description, "seeds 1 to 3"));
        CHECK(unbalanced(plot.standalone()) == "");
    }
}

TEST_CASE("results.json has every training, and the spread over the seeds") {
    Results results = made_up(50);
    repeat(results, 3);
    const auto json = results_json(results);
    REQUIRE(json["networks"].size() == 9);
    CHECK(json["networks"][2]["norm"] == "layer");
    CHECK(json["networks"][2]["seed"] == 1);
    CHECK(json["networks"][3]["norm"] == "batch");
    CHECK(json["networks"][3]["seed"] == 2);
    CHECK(json["run"]["seeds"] == 3);
    REQUIRE(json["over_seeds"].size() == 3);
    const auto& batch = json["over_seeds"][0];
    CHECK(batch["runs"] == 3);
    CHECK(batch["test_accuracy"]["mean"].get<double>() == doctest::Approx(67.96));
    CHECK(batch["test_accuracy"]["standard_deviation"].get<double>() == doctest::Approx(1));
    CHECK(batch["recalibrated"]["test_accuracy"]["mean"].get<double>() == doctest::Approx(77.40));
    CHECK_FALSE(json["over_seeds"][1].contains("recalibrated"));
    CHECK_FALSE(results_json(made_up(50)).contains("over_seeds"));
}

TEST_CASE("the page says which seed its pictures are of") {
    Results results = made_up(50);
    repeat(results, 2);
    const std::string page = results_page(results);
    CHECK(mentions(page, "Misclassified, seed 1"));
    CHECK(mentions(page, "<dt>seeds</dt><dd>1 to 2</dd>"));
    CHECK(repeated_ids(page).empty());
}

}  // namespace seeds_test
