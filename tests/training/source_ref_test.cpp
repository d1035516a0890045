#include "norma/training/source_ref.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "../support/message.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/norm/group.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/loss.hpp"

namespace source_ref_test {

using namespace norma;

namespace {
using Net = SmallNetwork<GroupNorm<2>>;

void check_fit_of(const ToySource<float>& source) {
    check_fit(SourceRef<float, ClassTarget>(source), Net::input_extent, Net::outputs);
}

/// A source with settings, whose batches are made when they are asked for.
struct MadeWhenAsked : ToySource<float> {
    using ToySource::ToySource;
    ToyBatch<float> operator[](int b) const { return ToySource::operator[](b); }
    std::vector<Setting> settings() { return {{"order", "as made"}}; }
};
}  // namespace

TEST_CASE("source ref: tells what the source tells, and hands out its batches") {
    MadeWhenAsked source(Net::input_extent, {3, 2}, 5, 4);
    const TrainingSourceRef<float, ClassTarget> ref(source);
    CHECK(ref.size() == 5);
    CHECK(ref.batch_size() == 3);
    CHECK(ref.count() == 2);
    CHECK(ref.classes() == 4);
    CHECK(ref.extent() == Net::input_extent);
    CHECK(ref.settings() == source.settings());
    CHECK(TrainingSourceRef<float, ClassTarget>(static_cast<ToySource<float>&>(source)).settings().empty());
    ref.start_epoch(7);
    CHECK(source.started() == std::vector<int>{7});

    int calls = 0;
    ref.with_batch(1, [&](const LabelledBatchRef<float, ClassTarget>& batch) {
        ++calls;
        const ToyBatch<float> expected = source[1];
        REQUIRE(batch.size() == 2);
        for (int i = 0; i < 2; ++i) {
            std::vector<float> sample(std::size_t(Net::input_extent.size()));
            batch.load(i, sample.data());
            CHECK(sample == std::vector<float>(expected.sample(i), expected.sample(i) + sample.size()));
            CHECK(batch.target(i).label() == expected.target(i));
            CHECK_FALSE(batch.index_in_data(i));
        }
    });
    CHECK(calls == 1);

    std::vector<int> numbers;
    std::vector<int> sizes;
    ref.for_each_batch([&](const LabelledBatchRef<float, ClassTarget>& batch, int b) {
        numbers.push_back(b);
        sizes.push_back(batch.size());
    });
    CHECK(numbers == std::vector<int>{0, 1});
    CHECK(sizes == std::vector<int>{3, 2});
}

TEST_CASE("source ref: images of another size are refused with both sizes") {
    CHECK(message_of<DataError>([] {
              check_fit_of(ToySource<float>({1, 28, 28}, {2}, 1));
          }) == "the samples are 1x28x28, but the network takes 3x8x8");
    CHECK(message_of<Error>([] { check_fit_of(ToySource<float>(Net::input_extent, {2}, 1, 4)); }).empty());
}

TEST_CASE("source ref: more classes than outputs are refused, fewer are accepted") {
    CHECK(message_of<DataError>([] { check_fit_of(ToySource<float>(Net::input_extent, {2}, 1, 5)); }) ==
          "the samples have 5 classes, but the network has only 4 outputs");
    CHECK(message_of<Error>([] { check_fit_of(ToySource<float>(Net::input_extent, {2}, 1, 3)); }).empty());
}

TEST_CASE("source ref: a label without an output is named with its place") {
    const auto verify = [](const LabelledBatchRef<float, ClassTarget>& batch) {
        detail::check_targets<float>(CrossEntropy{}, batch, Net::output_extent, 7);
    };
    for (const int bad : {-1, 4, 1000}) {
        ToyBatch<float> batch(Net::input_extent, 3, 1, 4);
        CHECK(message_of<Error>([&] { verify(batch); }).empty());
        batch.set_label(2, bad);
        CHECK(message_of<DataError>([&] { verify(batch); }) ==
              "sample 2 of batch 7 has label " + std::to_string(bad) + "; the network has classes 0 to 3");
    }
}

}  // namespace source_ref_test
