#include "norma/training/opt_in.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>

#include "norma/norma.hpp"

namespace opt_in_test {

using namespace norma;

struct Code {
    int (*twice)(int) = nullptr;
    static Code all() {
        return {[](int x) { return 2 * x; }};
    }
};
struct Pair {
    int first = 1;
    int second = 2;
};
struct Seven {
    static int value() { return 7; }
};
struct Options {
    OptIn<int, Code, Seven> number = {};
    OptIn<std::optional<Pair>, Code> pair = {};
    OptIn<std::function<int(int)>, Code> function = {};
};

TEST_CASE("opt in: a default has no code, a given value brings it along, also one like the default") {
    const Options none;
    CHECK(none.number == 7);
    CHECK_FALSE(bool(none.number.code().twice));
    CHECK_FALSE(none.pair.has_value());
    CHECK_FALSE(bool(none.pair.code().twice));
    CHECK_FALSE(bool(none.function.code().twice));
    CHECK_FALSE(bool(none.function));
    const Options given{.number = 7, .pair = Pair{.second = 3}, .function = [](int x) { return x + 1; }};
    CHECK(given.number == 7);
    CHECK(given.number.code().twice(4) == 8);
    CHECK(given.pair->second == 3);
    CHECK(given.pair.code().twice(4) == 8);
    CHECK(given.function(4) == 5);
    CHECK(given.function.code().twice(4) == 8);
}

TEST_CASE("opt in: it is used like its value, and copies take the code with them") {
    Options options;
    options.number = 3;
    const double half = options.number / 2.0;
    CHECK(half == 1.5);
    options.pair = Pair{};
    options.pair->first = 5;
    (*options.pair).second = 6;
    CHECK(options.pair.value().second == 6);
    CHECK((options.pair && options.number));
    const Options copy = options;
    CHECK(copy.pair->first == 5);
    CHECK((*copy.pair).second == 6);
    CHECK(copy.pair.code().twice(1) == 2);
    CHECK(bool(copy.pair));
    options.pair = std::nullopt;
    CHECK_FALSE(options.pair);
    options = copy;
    CHECK(options.pair);
    options.pair.reset();
    CHECK_FALSE(options.pair);
}

TEST_CASE("opt in: options of a training that are as by default bring no code") {
    const TrainingOptions options;
    CHECK(options.batches_per_step == 1);
    CHECK_FALSE(bool(options.batches_per_step.code().make_float));
    CHECK(options.max_grad_norm > 1e300);
    CHECK_FALSE(bool(options.max_grad_norm.code().make_float));
    CHECK_FALSE(bool(options.lookahead.code().make_double));
    CHECK_FALSE(bool(options.average.code().make_double));
    CHECK_FALSE(bool(options.parameters.code().make));
    const TrainingOptions given{.lookahead = Lookahead{.every = 3}};
    CHECK(given.lookahead->every == 3);
    CHECK(bool(given.lookahead.code().make_double));
    CHECK(bool(with_rate<StepLR>(given, StepLR{}).lookahead.code().make_float));
}

}  // namespace opt_in_test
