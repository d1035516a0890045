#include "norma/training/source.hpp"

#include <doctest/doctest.h>

#include "../support/message.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/data/batches.hpp"
#include "norma/norm/group.hpp"

namespace source_test {

using namespace norma;

namespace {
using Net = SmallNetwork<GroupNorm<2>>;

struct WithoutLabels {
    int size() const { return 1; }
    void load(int, float*) const {}
};
static_assert(BatchSource<Batches<float>, float>);
static_assert(BatchSource<ToySource<float>, float>);
static_assert(!BatchSource<ToySource<float>, double>);
static_assert(LabelledBatch<Batches<double>::Batch, double>);
static_assert(SampleBatch<WithoutLabels, float> && !LabelledBatch<WithoutLabels, float>);
static_assert(!SampleBatch<int, float>);
}  // namespace

TEST_CASE("source: images of another size are refused with both sizes") {
    CHECK(message_of<DataError>([] {
              check_fit<Net>(ToySource<float>({1, 28, 28}, {2}, 1));
          }) == "the images are 1x28x28, but the network takes 3x8x8");
    CHECK(message_of<Error>([] { check_fit<Net>(ToySource<float>(Net::input_extent, {2}, 1, 4)); }).empty());
}

TEST_CASE("source: more classes than outputs are refused, fewer are accepted") {
    CHECK(message_of<DataError>([] { check_fit<Net>(ToySource<float>(Net::input_extent, {2}, 1, 5)); }) ==
          "the images have 5 classes, but the network has only 4 outputs");
    CHECK(message_of<Error>([] { check_fit<Net>(ToySource<float>(Net::input_extent, {2}, 1, 3)); }).empty());
}

TEST_CASE("source: a label without an output is named with its place") {
    for (const int bad : {-1, 4, 1000}) {
        ToyBatch<float> batch(Net::input_extent, 3, 1, 4);
        CHECK(message_of<Error>([&] { check_labels<Net>(batch, 7); }).empty());
        batch.set_label(2, bad);
        CHECK(message_of<DataError>([&] { check_labels<Net>(batch, 7); }) ==
              "sample 2 of batch 7 has label " + std::to_string(bad) + "; the network has classes 0 to 3");
    }
}

}  // namespace source_test
