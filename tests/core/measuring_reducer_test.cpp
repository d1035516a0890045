#include "norma/core/measuring_reducer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace measuring_reducer_test {

using namespace norma;

/// Process 1 of 3. What the others send is what `inner` gets.
class Middle : public Reducer {
public:
    Middle() : Reducer(1, 3) {}
    void gather(std::span<std::byte> bytes, std::span<const std::size_t>) override { bytes.front() = std::byte{7}; }
    // That of a process alone copies all bytes, for which there is no room in what this one gets.
    void exchange(std::span<const std::byte>, std::span<const std::size_t>, std::span<std::byte>,
                  std::span<const std::size_t>) override {}
};

TEST_CASE("a measuring reducer counts the exchanges of each kind, and hands them on") {
    Middle middle;
    MeasuringReducer reducer(middle);
    CHECK(reducer.rank() == 1);
    CHECK(reducer.processes() == 3);

    std::vector<std::byte> bytes(100), parts(60);
    const std::array<std::size_t, 4> begins{0, 10, 40, 100}, thirds{0, 20, 40, 60};
    for (int pass = 0; pass < 2; ++pass) {
        reducer.agree({Reducer::training_pass, 0});
        if (pass == 0) reducer.gather(bytes, begins);  // of norms
        const auto exchange = [&] {
            reducer.exchange(bytes, begins, parts, thirds);
            reducer.gather(parts, thirds);  // of sums of gradients
        };
        reducer.start_work(exchange);
        reducer.finish();
        if (pass == 1) reducer.gather(bytes, begins);
    }
    reducer.agree({Reducer::evaluation, 0});
    reducer.gather(bytes, begins);
    reducer.broadcast(bytes, 1);
    reducer.broadcast(parts, 2);
    CHECK(bytes.front() == std::byte{7});

    const auto has = [](const ExchangeCost& cost, std::int64_t exchanges, std::int64_t sent, std::int64_t received) {
        CHECK(cost.exchanges == exchanges);
        CHECK(cost.sent_bytes == sent);
        CHECK(cost.received_bytes == received);
    };
    const ExchangeCosts costs = reducer.costs();
    has(costs.agreement, 3, costs.agreement.received_bytes, costs.agreement.sent_bytes);
    has(costs.statistics, 2, 2 * 30, 2 * 70);
    has(costs.gradients, 4, 2 * (70 + 20), 2 * (40 + 40));
    has(costs.results, 3, 30 + 100, 70 + 60);
    has(costs.moved(), 9, 60 + 180 + 130, 140 + 160 + 130);

    reducer.reset();
    has(reducer.costs().moved(), 0, 0, 0);
}

}  // namespace measuring_reducer_test
