#include "norma/training/source.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "../support/toy_data.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/mixup.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/data/tensor_dataset.hpp"

namespace source_test {

using namespace norma;

namespace {
struct WithoutLabels {
    int size() const { return 1; }
    void load(int, float*) const {}
};
}  // namespace

TEST_CASE("source: what is a batch, a labelled batch and a source of them") {
    CHECK(BatchSource<Batches<float>, float>);
    CHECK(BatchSource<Batches<float, Dataset, RandomFlip, Mixup>, float>);
    CHECK(BatchSource<Batches<double, TensorDataset<double, float>>, double>);
    CHECK(BatchSource<Batches<float, TensorDataset<float, std::uint8_t>, RandomFlip>, float>);
    CHECK(BatchSource<ToySource<float>, float>);
    CHECK_FALSE(BatchSource<ToySource<float>, double>);
    CHECK(LabelledBatch<Batches<double>::Batch, double>);
    CHECK(SampleBatch<WithoutLabels, float>);
    CHECK_FALSE(LabelledBatch<WithoutLabels, float>);
    CHECK_FALSE(SampleBatch<int, float>);
}

}  // namespace source_test
