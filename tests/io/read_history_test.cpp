#include "norma/io/read_history.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "norma/io/json.hpp"

namespace read_history_test {

using namespace norma;

namespace {

std::string refusal(const std::string& json) {
    return message_of<DataError>([&] { read_history(json, "it.json"); });
}

/// A history with this array of losses.
std::string losses(const std::string& list) { return R"({"epochs":[],"batch_accuracy":[],"batch_loss":)" + list + "}"; }

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

}  // namespace

TEST_CASE("a history reads back exactly, by itself and among other members") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    History before;
    before.epochs = {{0, 0.01, 1.6180339887498949, 45.48, 47.123456789012345, 1.0 / 3, 45.83, 6.6},
                     {7, 0.001, 5e-324, 100, -infinity, 1.7976931348623157e308, -0.0, 0.1 + 0.2}};
    before.epochs[1].metrics = {{"test_mean_iou", 0.1 + 0.2}, {"train_r2 \"", -infinity}};
    before.batch_loss = {2.302585092994046, 0.1, 1e-7, infinity};
    before.batch_accuracy = {10.15625, 100};
    before.recalibrated = RecalibratedRecord{81.93, 0.643, 76.4};
    nlohmann::ordered_json json = before;
    json["norm"] = "batch";
    json["summary"] = {{"layers", {1, {2, 3}}}};
    for (const std::string& text : {readable_json(json), json.dump(), nlohmann::json(json).dump()}) {
        const History after = read_history(text);
        REQUIRE(after.epochs.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) {
            CHECK(after.epochs[i].epoch == before.epochs[i].epoch);
            for (const auto& figure : detail::epoch_figures) {
                CHECK(same(after.epochs[i].*figure.value, before.epochs[i].*figure.value));
            }
            CHECK(after.epochs[i].metrics == before.epochs[i].metrics);
        }
        CHECK(after.batch_loss == before.batch_loss);
        CHECK(after.batch_accuracy == before.batch_accuracy);
        REQUIRE(after.recalibrated);
        CHECK(after.recalibrated->test_loss == 0.643);
        CHECK(after.recalibrated->test_accuracy == 76.4);
    }
    const History words = read_history(losses(R"(["NaN","Infinity","-Infinity"])"));
    CHECK(std::isnan(words.batch_loss.at(0)));
    CHECK(words.batch_loss.at(1) == infinity);
    CHECK(words.batch_loss.at(2) == -infinity);
    CHECK_FALSE(words.recalibrated);
}

TEST_CASE("what is missing, twice, wrong or out of range in a history is named") {
    CHECK(mentions(refusal("{}"), "it.json: the history has no member \"epochs\""));
    CHECK(mentions(refusal("[]"), "it.json: the history has an array, expected an object with the member \"epochs\""));
    CHECK(mentions(refusal(R"({"epochs":3})"), "a number as \"epochs\", expected an array"));
    CHECK(mentions(refusal(R"({"epochs":[{"epoch":0}]})"), "has no member \"epochs[0].learning_rate\""));
    CHECK(mentions(refusal(R"({"epochs":[7]})"),
                   "has a number, expected an object with the member \"epochs[0].learning_rate\""));
    for (const char* const epoch : {"-1", "1.5", "2147483648", "\"0\"", "null", "[]"}) {
        CHECK(mentions(
            refusal(R"({"epochs":[{"epoch":)" + std::string(epoch) + "}]}"),
            "has " + std::string(epoch) + " as \"epochs[0].epoch\", expected a whole number from 0 to 2147483647"));
    }
    CHECK(mentions(refusal(losses("[1,null]")), "has null as \"batch_loss[1]\", expected a number, or"));
    CHECK(mentions(refusal(losses("[\"nan\"]")), "has \"nan\" as \"batch_loss[0]\""));
    CHECK(mentions(refusal(losses("[1e999]")),
                   "has 1e999 as \"batch_loss[0]\", expected a number that a double can hold"));
    CHECK(mentions(refusal(losses("[-1e999]")), "a double can hold"));
    CHECK(refusal(losses("[1e308,-0.0,1e-400]")).empty());
    CHECK(mentions(refusal(losses("[NaN]")), "it has 'N' at byte", "expected a value"));
    CHECK(mentions(refusal(R"({"epochs":[],"epochs":[]})"), "has the member \"epochs\" twice"));
    CHECK(mentions(refusal(R"({"epochs":[],"\u0065pochs":[]})"), "has the member \"epochs\" twice"));
    CHECK(mentions(refusal(R"({"epochs":[{"epoch":0,"epoch":1}]})"), "has the member \"epochs[0].epoch\" twice"));
    const auto with_metrics = [](const std::string& metrics) { return R"({"epochs":[{"metrics":)" + metrics + "}]}"; };
    CHECK(mentions(refusal(with_metrics("[]")), "has an array as \"epochs[0].metrics\", expected an object"));
    CHECK(mentions(refusal(with_metrics(R"({"a":1,"\u0061":2})")), "has the member \"epochs[0].metrics.a\" twice"));
    CHECK(mentions(refusal(with_metrics(R"({"a":[]})")), "as \"epochs[0].metrics.a\", expected a number"));
    std::string many = "{";
    for (int k = 0; k < 101; ++k) many += (k == 0 ? "\"" : ",\"") + std::to_string(k) + "\":0";
    CHECK(mentions(refusal(with_metrics(many + "}")), "has more than 100 members in \"epochs[0].metrics\""));
    CHECK(
        mentions(refusal(R"({"recalibrated":{"test_loss":1}})"), "has no member \"recalibrated.train_accuracy_eval\""));
}

TEST_CASE("what other JSON parsers accept is refused in a history") {
    const std::string good = losses("[1]");
    CHECK(refusal(good + " \n").empty());
    CHECK(mentions(refusal("\xef\xbb\xbf" + good), "it.json: the history begins with a byte-order mark"));
    CHECK(mentions(refusal(good + std::string("\0}", 2)), "it.json: the history is not valid JSON: it has '\\x00'"));
    CHECK(mentions(refusal(good + good), "expected the end"));
    CHECK(mentions(refusal(R"({"more":)" + std::string(100, '[')), "more than 16 levels"));
    const std::string strange = refusal(losses("[\"\\u001b[2J\x7f\u202e" + std::string(10'000, 'x') + "\"]"));
    CHECK(strange.size() < 400);
    CHECK(mentions(strange, "\\x7f\\xe2\\x80\\xae"));
}

TEST_CASE("a long history takes only its own memory, and deep nesting takes none") {
    const auto memory = [](const std::string& json) {
        return static_cast<double>(peak_memory_of([&] {
                                       try {
                                           static_cast<void>(read_history(json));
                                       } catch (const DataError&) {
                                       }
                                   }).value_or(0)) /
               static_cast<double>(json.size());
    };
    std::string ones = "[1";
    while (ones.size() < 4'000'000) ones += ",1";
    CHECK(memory(losses(ones + "]")) < 4.5);  // eight bytes for two, and nothing a second time
    CHECK(memory(std::string(10'000'000, '[')) < 0.1);
    std::string deep = R"({"more":[)";
    while (deep.size() < 10'000'000) deep += "[[0],{\"a\":0}],";
    CHECK(memory(deep) < 0.1);
}

}  // namespace read_history_test
