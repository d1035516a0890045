#include "report/scaling.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "distributed/delaying_reducer.hpp"
#include "distributed/pretend_reducer.hpp"
#include "norma/core/error.hpp"

namespace scaling_test {

using namespace norma;
using namespace norma::bench;

const Link link{"10 Gbit/s", 1e-3, 1e6};  // numbers that are easy to calculate with

TEST_CASE("collectives take latencies and bytes") {
    CHECK(rounds_of(1) == 0);
    CHECK(rounds_of(2) == 1);
    CHECK(rounds_of(5) == 3);
    CHECK(rounds_of(64) == 6);
    CHECK(reduction_seconds(link, 8, 0) == doctest::Approx(3e-3));
    CHECK(gather_seconds(link, 8, 1000, 875) == doctest::Approx(3e-3 + 875e-6));
    CHECK(gather_seconds(link, 8, 1'000'000, 875'000) == doctest::Approx(7e-3 + 0.875));
    CHECK(exchange_seconds(link, 8, 100'000, 50'000) == doctest::Approx(7e-3 + 0.1));
}

TEST_CASE("a delaying reducer adds up by kind what exchanges take, and a pretended process gets what it has") {
    PretendReducer pretend(1, 4);
    DelayingReducer reducer(pretend, link);
    const std::array<std::size_t, 5> begins{0, 3, 5, 5, 10};
    std::vector<std::byte> bytes(10), parts(8);
    for (int i = 0; i < 10; ++i) bytes[std::size_t(i)] = std::byte(i);
    reducer.agree({Reducer::training_pass, 0});
    reducer.gather(bytes, begins);
    const auto of = [](std::initializer_list<int> numbers) {
        std::vector<std::byte> all;
        for (const int number : numbers) all.push_back(std::byte(number));
        return all;
    };
    CHECK(bytes == of({3, 4, 3, 3, 4, 3, 4, 3, 4, 3}));
    reducer.exchange(bytes, begins, parts, std::array<std::size_t, 5>{0, 2, 4, 6, 8});
    CHECK(parts == of({3, 4, 3, 4, 3, 4, 3, 4}));
    reducer.gather(bytes, begins);
    CHECK(reducer.seconds().agreement == doctest::Approx(2e-3).epsilon(0.1));
    CHECK(reducer.seconds().statistics == doctest::Approx(2e-3 + 8e-6));
    CHECK(reducer.seconds().gradients == doctest::Approx(3e-3 + 8e-6 + 2e-3 + 8e-6));
    CHECK(reducer.seconds().hidden == 0);
    const auto exchanges = [&] {
        reducer.exchange(bytes, begins, parts, std::array<std::size_t, 5>{0, 2, 4, 6, 8});
        reducer.gather(bytes, begins);
    };
    reducer.start_work(exchanges);
    std::this_thread::sleep_for(std::chrono::milliseconds(6));  // computes longer than the exchanges last
    reducer.finish();
    CHECK(reducer.seconds().hidden == doctest::Approx(5e-3 + 16e-6));
    CHECK(reducer.seconds().gradients == doctest::Approx(2 * (5e-3 + 16e-6)));
    reducer.finish();
    CHECK(reducer.seconds().hidden == doctest::Approx(5e-3 + 16e-6));
}

/// Steps of 10 ms, and 2 ms for each round of two chunks, on one to eight nodes.
Scaling made_up() {
    Scaling scaling{{"net", "a network", 1000, 64, 16, 2}, {}};
    for (const int processes : {1, 2, 4, 8, 16}) {
        const int chunks = 16 / processes;
        Share share{.processes = processes, .chunks = chunks, .seconds = 10e-3 + 2e-3 * ((chunks + 1) / 2)};
        share.over = {processes == 1 ? ExchangeSeconds{} : ExchangeSeconds{1e-3, 2e-3, 5e-3, 1e-3}};
        share.seconds_over = {processes == 1 ? 0 : share.seconds + 7e-3};
        scaling.shares.push_back(share);
    }
    return scaling;
}

TEST_CASE("the model of a step: what is not divided, rounds of chunks, exchanges") {
    const Scaling scaling = made_up();
    const ComputeModel model = fitted(scaling);
    CHECK(model.undivided == doctest::Approx(10e-3));
    CHECK(model.round == doctest::Approx(2e-3));
    CHECK(predicted(scaling, scaling.shares[0], 0) == doctest::Approx(26e-3));
    CHECK(predicted(scaling, scaling.shares[2], 0) == doctest::Approx(21e-3));
    CHECK(efficiency(scaling, scaling.shares[0], 0) == doctest::Approx(1));
    CHECK(efficiency(scaling, scaling.shares[2], 0) == doctest::Approx(26.0 / (4 * 21)));
    CHECK(efficiency(scaling, scaling.shares[2], 0, false) == doctest::Approx(26.0 / (4 * 22)));
    CHECK(compute_efficiency(scaling, scaling.shares[2]) == doctest::Approx(26.0 / (4 * 14)));
    // Half of the threads have no chunk of the batch.
    CHECK(predicted(scaling, scaling.shares[4], 0) == doctest::Approx(19e-3));

    Scaling alone = scaling;
    alone.shares.resize(2);
    CHECK_THROWS_AS(fitted(alone), DataError);
}

TEST_CASE("the report of the model has a page, tables and a chart") {
    TwoProcesses pair{.what = made_up().what, .alone = {1.0, 2.0, 2.0}, .together = {1.0, 2.1, 1.9}};
    pair.over = {{1e-3, 2e-3, 3e-3}};
    pair.together_over = {{1.1, 2.1, 3.1}};
    CHECK(pair.ratio().median == 1);
    CHECK(pair.ratio().least == doctest::Approx(2.0 / 2.1));
    CHECK(pair.ratio().greatest == doctest::Approx(2.0 / 1.9));

    std::map<std::string, std::string> files;
    for (auto& [name, bytes] : scaling_report({"a machine", {link}, {made_up()}, {pair}})) files[name] = bytes;
    CHECK(files.size() == 3);
    const auto has = [&](const char* file, const std::string& text) {
        CAPTURE(text);
        CHECK(files[file].find(text) != std::string::npos);
    };
    has("scaling.md", "| a network, 64 images | 2,000 | 1,900 | 1.000 (0.952–1.053) |");
    has("scaling.md", "| 4 | 4 | 14.0 | 1.00 | 2.00 | 5.00 | 1.00 | 21.0 | 31 % |");
    has("scaling.md", "| a network, 64 images | 4 | 4 | 14.0 | 21.0 | 21.0 |");
    has("scaling.md", "| a network, 64 images | 8 | 5.00 | 1.00 | 17 % | 16 % |");
    has("scaling.html", "a machine");
    has("scaling-net-64.svg", "10 Gbit/s");
}

}  // namespace scaling_test
