#include "norma/network/checked_input.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <thread>
#include <vector>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "norma/layers/linear.hpp"
#include "norma/network/network.hpp"

namespace checked_input_test {

using namespace norma;

namespace {
using Net = Network<Shape<2, 3, 4>, Linear<2>>;

/// A batch that knows where its samples come from.
struct Numbered : ToyBatch<float> {
    using ToyBatch::ToyBatch;
    std::size_t index_of(int i) const { return 1000 + std::size_t(i); }
};

template <class Batch>
std::string problem(const Batch& batch) {
    const CheckedInput<float> checked(batch, Net::input_extent);
    std::vector<std::vector<float>> loaded(std::size_t(batch.size()), std::vector<float>(24));
    std::vector<std::thread> threads;
    for (int i = 0; i < batch.size(); ++i)
        threads.emplace_back([&, i] { checked.load(i, loaded[std::size_t(i)].data()); });
    for (std::thread& thread : threads) thread.join();
    CHECK(checked.size() == batch.size());
    for (int i = 0; i < batch.size(); ++i) CHECK(loaded[std::size_t(i)][5] == batch.sample(i)[5]);
    return checked.found() ? checked.problem() : "";
}
}  // namespace

TEST_CASE("checked input: the limit is 2^52 of float and 2^500 of double, and what it allows adds up when squared") {
    CHECK(largest_input<float> == 0x1p52f);
    CHECK(largest_input<double> == 0x1p500);
    float sum = 0;
    for (int i = 0; i < (1 << 12); ++i) sum += 4096 * largest_input<float> * largest_input<float> * 0.999f;
    CHECK(sum < std::numeric_limits<float>::infinity());
}

TEST_CASE("checked input: the first bad sample is named, with the place in it and its number in the data") {
    Numbered batch(Net::input_extent, 6, 1);
    CHECK(problem(batch).empty());
    batch.sample(4)[3] = std::numeric_limits<float>::infinity();
    batch.sample(3)[(1 * 4 + 2) * 2 + 1] = 1e20f;
    CHECK(problem(batch) ==
          "sample 3 of the batch (number 1003 of the data) holds 1e+20 at row 1, column 2, channel 1 (counted from 0), "
          "which is too large to be squared and summed (the largest allowed is 4.5035996e+15); correct or normalise "
          "the data");
    batch.sample(3)[(1 * 4 + 2) * 2 + 1] = 1;
    const ToyBatch<float>& without_numbers = batch;
    CHECK(problem(without_numbers) ==
          "sample 4 of the batch holds inf at row 0, column 1, channel 1 (counted from 0), "
          "which is not finite; correct the data");
}

}  // namespace checked_input_test
