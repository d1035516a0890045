#include "norma/io/json.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>

namespace json_test {

using namespace norma;

namespace {

History sample() {
    History history;
    history.epochs.push_back({0, 0.01, 1.6180339887498949, 45.48, 47.123456789012345, 1.0 / 3, 45.83, 6.6});
    history.epochs.push_back({1, 0.001, 5e-324, 100, 0, 1.7976931348623157e308, -0.0, 0.1 + 0.2});
    history.epochs[1].metrics = {{"test_mean_iou", 0.1 + 0.2}, {"train_r2 \"", -1e-300}};
    history.batch_loss = {2.302585092994046, 0.1, 1e-7};
    history.batch_accuracy = {10.15625, 100, 0};
    history.recalibrated = RecalibratedRecord{81.93, 0.643, 76.4};
    return history;
}

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

template <class Json>
void check_round_trip() {
    const History before = sample();
    const auto after = Json::parse(readable_json(Json(before))).template get<History>();
    REQUIRE(after.epochs.size() == before.epochs.size());
    for (std::size_t i = 0; i < before.epochs.size(); ++i) {
        CHECK(after.epochs[i].epoch == before.epochs[i].epoch);
        for (const auto figure : {&EpochRecord::learning_rate, &EpochRecord::train_loss, &EpochRecord::train_accuracy,
                                  &EpochRecord::train_accuracy_eval, &EpochRecord::test_loss,
                                  &EpochRecord::test_accuracy, &EpochRecord::seconds})
            CHECK(same(after.epochs[i].*figure, before.epochs[i].*figure));
        CHECK(after.epochs[i].metrics == before.epochs[i].metrics);
    }
    CHECK(after.batch_loss == before.batch_loss);
    CHECK(after.batch_accuracy == before.batch_accuracy);
    REQUIRE(after.recalibrated);
    CHECK(after.recalibrated->train_accuracy_eval == 81.93);
    CHECK(after.recalibrated->test_loss == 0.643);
    CHECK(after.recalibrated->test_accuracy == 76.4);
}

std::string message_of(const std::string& text) {
    try {
        const auto history = nlohmann::json::parse(text).get<History>();
        static_cast<void>(history);
    } catch (const DataError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace

TEST_CASE("a history reads back exactly") {
    check_round_trip<nlohmann::json>();
    check_round_trip<nlohmann::ordered_json>();
}

TEST_CASE("a history without recalibration has no member recalibrated, also when read back") {
    History history = sample();
    history.recalibrated.reset();
    const nlohmann::json json = history;
    CHECK_FALSE(json.contains("recalibrated"));
    CHECK_FALSE(json.get<History>().recalibrated);
}

TEST_CASE("numbers that are not finite become strings, not null") {
    History history;
    history.batch_loss = {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                          std::numeric_limits<double>::quiet_NaN()};
    const nlohmann::json json = history;
    CHECK(json["batch_loss"].dump() == R"(["Infinity","-Infinity","NaN"])");
    const auto after = json.get<History>();
    CHECK(after.batch_loss[0] == history.batch_loss[0]);
    CHECK(after.batch_loss[1] == history.batch_loss[1]);
    CHECK(std::isnan(after.batch_loss[2]));
}

TEST_CASE("a member that is missing or wrong is named") {
    CHECK(message_of("{}").find("\"epochs\" is missing") != std::string::npos);
    CHECK(message_of("[]").find("an object with the member \"epochs\"") != std::string::npos);
    CHECK(message_of(R"({"epochs": 3})").find("\"epochs\" is number, expected an array") != std::string::npos);
    CHECK(message_of(R"({"epochs": [{"epoch": 0}]})").find("\"learning_rate\" is missing") != std::string::npos);
    CHECK(message_of(R"({"epochs": [{"epoch": -1}]})").find("\"epoch\" is -1") != std::string::npos);
    CHECK(message_of(R"({"epochs": [], "batch_loss": [1, null]})").find("batch_loss[1] is null") != std::string::npos);
    CHECK(
        message_of(R"({"epochs": [], "batch_loss": [], "batch_accuracy": ["x"]})").find("batch_accuracy[0] is \"x\"") !=
        std::string::npos);
}

TEST_CASE("readable text has plain arrays, and plain objects of an array, on one line") {
    const auto json =
        nlohmann::ordered_json::parse(R"({"b":[1,2.5,"x"],"a":{"k":true},"r":[{"i":1,"j":2},{"i":3}],"e":{}})");
    const std::string text = readable_json(json);
    CHECK(
        text ==
        "{\n \"b\": [1,2.5,\"x\"],\n \"a\": {\n  \"k\": true\n },\n \"r\": [\n  {\"i\":1,\"j\":2},\n  {\"i\":3}\n ],\n"
        " \"e\": {}\n}\n");
    CHECK(nlohmann::ordered_json::parse(text) == json);
}

TEST_CASE("a string that is not UTF-8 can be written") {
    const nlohmann::json json = {{"name",
                                  "a\xff"
                                  "b"}};
    CHECK(readable_json(json).find("a\xEF\xBF\xBD"
                                   "b") != std::string::npos);
}

}  // namespace json_test
