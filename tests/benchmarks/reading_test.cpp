#include "report/reading.hpp"

#include <doctest/doctest.h>

#include "../support/message.hpp"
#include "made_up.hpp"
#include "norma/core/error.hpp"

namespace reading_test {

using namespace norma;
using namespace norma::bench;
using made_up::entry;

TEST_CASE("a benchmark's figures are the medians over its repetitions, in seconds") {
    nlohmann::json aggregate = entry("train/a", 999, "ms", {{"gflop", 999}});
    aggregate["run_type"] = "aggregate";
    const BenchmarkFile file =
        parse_benchmarks(made_up::file({entry("train/a", 30, "ms", {{"gflop", 1}}), entry("train/b", 5, "us"),
                                        entry("train/a", 10, "ms", {{"gflop", 3}}),
                                        entry("train/a", 20000, "us", {{"gflop", 2}}), aggregate}),
                         "x.json");
    const Measured& measured = file.results.at("train/a");
    CHECK(measured.repetitions == 3);
    CHECK(measured.seconds == doctest::Approx(0.020));
    CHECK(measured.least == doctest::Approx(0.010));
    CHECK(measured.greatest == doctest::Approx(0.030));
    CHECK(measured.counters.at("gflop") == 2);
    CHECK(measured.counters.size() == 1);
    CHECK(measured.each.at("gflop") == std::vector<double>{1, 3, 2});
    CHECK(file.results.at("train/b").seconds == doctest::Approx(5e-6));
    CHECK(file.results.at("train/b").position == 1);
    CHECK(file.context.at("num_cpus") == "2");
    CHECK_FALSE(file.context.contains("caches"));
}

TEST_CASE("what Google Benchmark adds to a name is left out") {
    CHECK(plain_name("train/a/threads:2/real_time") == "train/a/threads:2");
    CHECK(plain_name("train/a/iterations:3/repeats:9/manual_time") == "train/a");
    CHECK(plain_name("train/torch compiled") == "train/torch compiled");
}

TEST_CASE("a benchmark that failed is named and not counted") {
    nlohmann::json failed = entry("train/a", 0, "ms");
    failed["error_occurred"] = true;
    failed["error_message"] = "no memory";
    const BenchmarkFile file = parse_benchmarks(made_up::file({failed, entry("train/b", 1, "ms")}), "x.json");
    CHECK(file.failures == std::vector<std::string>{"train/a: no memory"});
    CHECK_FALSE(file.results.contains("train/a"));
    CHECK(file.results.contains("train/b"));
}

TEST_CASE("a corrupt file is refused; the message has its name, the place and the remedy") {
    const auto refusal = [](const std::string& text) {
        return message_of<DataError>([&] { static_cast<void>(parse_benchmarks(text, "folder/step.json")); });
    };
    CHECK(mentions(refusal(""), "folder/step.json", "line 1", "empty", "measure again", "delete the file"));
    const std::string whole = made_up::file({entry("train/a", 1, "ms")});
    CHECK(mentions(refusal(whole.substr(0, whole.size() / 2)), "folder/step.json, line ", "cut off", "measure again"));
    CHECK(mentions(refusal("{\n\"context\": NaN}"), "line 2", "not valid JSON", "after \"{ \"context\": N"));
    CHECK(mentions(refusal("[]"), "holds array, expected an object"));
    CHECK(mentions(refusal("{}"), "\"context\" is missing"));
    CHECK(mentions(refusal(R"({"context": {}, "benchmarks": 3})"), "\"benchmarks\" is 3, expected an array"));
    CHECK(mentions(refusal(R"({"context": {}, "benchmarks": [3]})"), "benchmarks[0]", "found 3"));
    nlohmann::json bad = entry("train/a", 1, "ms");
    bad["real_time"] = "fast";
    CHECK(mentions(refusal(made_up::file({bad})), "benchmarks[0]", "\"real_time\" is \"fast\", expected a number"));
    bad = entry("train/a", 1, "h");
    CHECK(mentions(refusal(made_up::file({bad})), "\"time_unit\" is \"h\""));
    bad = entry("train/a", 1, "ms");
    bad["run_type"] = 7;
    CHECK(mentions(refusal(made_up::file({bad})), "benchmarks[0]", "\"run_type\" is 7"));
    bad["run_type"] = "iteration";
    bad["error_occurred"] = "yes";
    CHECK(mentions(refusal(made_up::file({bad})), "benchmarks[0]", "\"error_occurred\""));
}

TEST_CASE("a folder with only some of the files is read") {
    const TemporaryFolder folder;
    CHECK(read_measurements(folder.path()).files.empty());
    made_up::put(folder, "peers_cifar10", made_up::file({entry("train/cifar10/none", 20, "ms", {{"x", 5}})}));
    made_up::put(folder, "unknown", "no JSON at all");
    const Measurements all = read_measurements(folder.path());
    CHECK(all.files.size() == 1);
    REQUIRE(all.find("peers", "train/cifar10/none"));
    CHECK(all.counter("peers", "train/cifar10/none", "x") == 5);
    CHECK_FALSE(all.counter("peers", "train/cifar10/none", "y"));
    CHECK_FALSE(all.find("step", "train/cifar10/none"));
    CHECK(all.context("peers", "compiler") == "GCC 12.2.0");
    CHECK(all.context("peers", "torch") == "");
    made_up::put(folder, "step", "{");
    CHECK(mentions(message_of<DataError>([&] { static_cast<void>(read_measurements(folder.path())); }),
                   (folder / "step.json").string()));
    CHECK(mentions(message_of<FileError>([&] { static_cast<void>(read_measurements(folder / "none")); }),
                   "there is no such folder", "./dev bench"));
}

}  // namespace reading_test
