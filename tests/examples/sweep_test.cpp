#include "../../examples/batch_size_sweep/sweep.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>

#include "../support/markup.hpp"
#include "../support/message.hpp"

namespace sweep_test {

using namespace norma;
using namespace norma::compare;

namespace {

SweepPoint point(const std::string& norm, int size, std::initializer_list<double> accuracies) {
    SweepPoint made{size, scaled_rate(0.01, size), {}};
    made.network.norm = norm;
    made.network.running_statistics = norm == "batch";
    for (const double accuracy : accuracies) {
        EpochRecord record;
        record.epoch = static_cast<int>(made.network.history.epochs.size());
        record.test_accuracy = accuracy;
        made.network.history.epochs.push_back(record);
    }
    return made;
}

Sweep made_up() {
    Sweep sweep;
    sweep.source = "images <of> a test";
    sweep.epochs_planned = 6;
    sweep.points = {point("batch", 2, {10, 50, 52, 51, 49, 53}), point("group", 2, {10, 60, 64, 62, 66, 68}),
                    point("batch", 4, {10, 60, 61, 62, 63, 64})};
    sweep.points[0].network.history.recalibrated = RecalibratedRecord{70, 1, 60};
    return sweep;
}

}  // namespace

TEST_CASE("sweep: the learning rate is in proportion to the batch size") {
    CHECK(scaled_rate(0.01, 128) == 0.01);
    CHECK(scaled_rate(0.01, 2) == doctest::Approx(0.01 / 64));
}

TEST_CASE("sweep: the test error is the median of the last five epochs, of complete trainings only") {
    Sweep sweep = made_up();
    CHECK(test_error(sweep, sweep.points[0]).value() == 49);
    CHECK(test_error(sweep, sweep.points[1]).value() == 36);
    CHECK(recalibrated_test_error(sweep, sweep.points[0]).value() == 40);
    CHECK_FALSE(recalibrated_test_error(sweep, sweep.points[1]));
    sweep.points[0].network.history.epochs.pop_back();
    CHECK_FALSE(test_error(sweep, sweep.points[0]));
    sweep.epochs_planned = 2;
    sweep.points[0].network.history.epochs.resize(2);
    CHECK(test_error(sweep, sweep.points[0]).value() == 70);  // between 90 and 50
}

TEST_CASE("sweep: page, chart, table and JSON have the points that were reached") {
    const auto files = render_sweep(made_up());
    CHECK(unbalanced(files.at("index.html"), {"meta", "link"}) == "");
    CHECK(unbalanced(files.at("test-error.svg")) == "");
    CHECK(mentions(files.at("index.html"), "images &lt;of&gt; a test"));
    CHECK(mentions(files.at("table.txt"), "49.00"));
    CHECK(mentions(files.at("table.txt"), "–"));  // group norm with four images was not reached
    const auto json = nlohmann::json::parse(files.at("results.json"));
    REQUIRE(json["points"].size() == 3);
    CHECK(json["points"][0]["test_error"] == 49);
    CHECK(json["points"][0]["recalibrated_test_error"] == 40);
    CHECK(json["points"][2]["batch_size"] == 4);
    CHECK_FALSE(json["points"][1].contains("recalibrated_test_error"));
}

TEST_CASE("sweep: docs/results.md describes every member of its JSON") {
    std::ifstream file(std::string(NORMA_TESTS_DIR) + "/../docs/results.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const std::size_t begin = page.find("\n## results.json of batch_size_sweep\n");
    REQUIRE(begin != std::string::npos);
    const std::string section = page.substr(begin);
    Sweep sweep = made_up();
    sweep.points[0].network.failure = "a failure";
    const auto json = nlohmann::json::parse(render_sweep(sweep).at("results.json"));
    for (const auto& object : {json, json["points"][0], json["run"]}) {
        for (const auto& [name, value] : object.items()) {
            CHECK_MESSAGE(mentions(section, "`" + name + "`"), name);
        }
    }
}

}  // namespace sweep_test
