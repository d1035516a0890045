#include "norma/network/batch_ref.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/toy_data.hpp"

namespace batch_ref_test {

using namespace norma;

namespace {
constexpr Extent extent{2, 3, 4};

/// A batch that knows where its samples come from.
struct Numbered : ToyBatch<float> {
    using ToyBatch::ToyBatch;
    std::size_t index_of(int i) const { return 1000 + std::size_t(i); }
};
}  // namespace

TEST_CASE("batch ref: size and samples are the batch's, and so are their numbers in the data, if it knows them") {
    const Numbered batch(extent, 5, 1);
    const BatchRef<float> ref = batch;
    const BatchRef<float> copy = ref;
    CHECK(copy.size() == 5);
    for (int i = 0; i < 5; ++i) {
        std::vector<float> sample(std::size_t(extent.size()));
        copy.load(i, sample.data());
        CHECK(sample == std::vector<float>(batch.sample(i), batch.sample(i) + extent.size()));
        CHECK(copy.index_in_data(i) == std::size_t(1000 + i));
    }
    CHECK_FALSE(BatchRef<float>(static_cast<const ToyBatch<float>&>(batch)).index_in_data(0));
}

}  // namespace batch_ref_test
