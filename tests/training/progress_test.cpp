#include "norma/training/progress.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"

namespace progress_test {

using namespace norma;

namespace {

/// A user's own source, with settings.
struct ToldSource : ToySource<float> {
    using ToySource<float>::ToySource;
    std::vector<Setting> settings() const { return {{"folder", folder}, {"noise", setting_text(0.5)}}; }
    std::string folder = "a";
};

template <class Source>
TrainingProgress progress_on(Source& source) {
    TrainingProgress progress;
    progress.batches = source.count();
    progress.batch_size = source.batch_size();
    progress.samples = static_cast<std::int64_t>(source.size());
    progress.data = settings_of_source(source);
    return progress;
}

template <class Source>
std::string refusal(const TrainingProgress& progress, Source& source) {
    return message_of<OptionError>([&] { verify_source(progress, source, "it: "); });
}

const Extent extent{1, 2, 2};

}  // namespace

TEST_CASE("a source without settings is compared by numbers and sizes") {
    ToySource<float> source(extent, {4, 4, 2}, 1);
    const TrainingProgress progress = progress_on(source);
    CHECK(progress.data.empty());
    CHECK(refusal(progress, source).empty());
    ToySource<float> same_sizes(extent, {4, 4, 2}, 2);
    CHECK(refusal(progress, same_sizes).empty());
    for (const std::vector<int>& sizes : {std::vector{4, 4}, std::vector{5, 3, 2}, std::vector{4, 4, 1}}) {
        ToySource<float> other(extent, sizes, 1);
        CHECK(
            mentions(refusal(progress, other), "it: batches: an epoch here is ", "3 batches of 4, 10 samples in all"));
    }
}

TEST_CASE("a source with settings is compared by them, and the message names what differs") {
    ToldSource source(extent, {4, 2}, 1);
    const TrainingProgress progress = progress_on(source);
    CHECK(refusal(progress, source).empty());
    source.folder = "b";
    CHECK(refusal(progress, source) ==
          "it: data: the training to resume used other data:\n  folder: a there, b here\n"
          "use the same data, or start a new training");
    ToySource<float> silent(extent, {4, 2}, 1);
    CHECK(mentions(refusal(progress, silent), "folder: a there, none here", "noise: 0.5 there, none here"));
    CHECK(mentions(refusal(progress_on(silent), source), "folder: none there, b here"));
    TrainingProgress any = progress;
    any.batches = 0;
    CHECK(refusal(any, source).empty());
}

}  // namespace progress_test
