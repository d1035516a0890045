#include "norma/training/keep_best.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "norma/io/checkpoint.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"
#include "norma/training/early_stopping.hpp"
#include "norma/training/reduce_lr_on_plateau.hpp"
#include "norma/training/trainer.hpp"

namespace keep_best_test {

using namespace norma;

namespace {

using Net = Network<Shape<3, 6, 5>, Block<4, 3, BatchNorm>, Linear<4>>;
using Taught = Trainer<Net, CrossEntropy, Sgd, ReduceLROnPlateau>;

// Also alone, without in_turn.
static_assert(std::convertible_to<KeepBest<Taught>, std::function<Next(const EpochRecord&)>>);

bool same(const Net& a, const Net& b) {
    return std::ranges::equal(a.parameters(), b.parameters()) &&
           std::ranges::equal(a.running_mean(), b.running_mean()) &&
           std::ranges::equal(a.running_var(), b.running_var()) && a.tracked_batches() == b.tracked_batches();
}

/// A training whose loss on the test samples first falls, for some of them are training samples, and then rises, for
/// the others have labels at random.
struct Training {
    Net network{1};
    Threads threads{2};
    ToySource<float> train{Net::input_extent, {5, 5, 2}, 1, 4};
    ToySource<float> test{Net::input_extent, {5, 5, 2, 5, 5, 5, 5, 5, 5, 5, 5}, 1, 4};
    Taught trainer{
        network, threads, {.epochs = 20, .learning_rate = ReduceLROnPlateau(0.02, {.factor = 0.5, .patience = 1})}};
    std::vector<Net> networks;  ///< after each epoch

    void fit(KeepBestOptions options = {}) {
        const KeepBest best(trainer, std::move(options));
        const auto copy = [&](const EpochRecord&) { networks.push_back(network); };
        trainer.fit(train, test,
                    {.after_epoch = in_turn(copy, best, EarlyStopping(trainer.history(), {.patience = 5}))});
    }
    std::size_t best_epoch() const {
        const auto& epochs = trainer.history().epochs;
        return std::size_t(std::ranges::min_element(epochs, {}, &EpochRecord::test_loss) - epochs.begin());
    }
};

/// The checkpoint after a change to its content.
template <class Change>
std::vector<std::byte> changed(const std::vector<std::byte>& checkpoint, const Change& change) {
    detail::CheckpointWriter writer;
    writer.content = read_safetensors(checkpoint);
    change(writer);
    return writer.bytes();
}

}  // namespace

TEST_CASE("keep best: the network after the epoch with the smallest loss, restored at the end") {
    Training training;
    int times = 0;
    training.fit({.when_better = [&] { ++times; }});
    const std::size_t best = training.best_epoch();
    const std::size_t epochs = training.networks.size();
    REQUIRE(best > 1);
    REQUIRE(best + 6 == epochs);  // EarlyStopping ended it five epochs later
    CHECK(epochs < 20);
    const auto& kept = training.trainer.best();
    REQUIRE(kept);
    CHECK(kept->epoch == int(best));
    CHECK(kept->value == training.trainer.history().epochs[best].test_loss);
    CHECK(same(kept->network, training.networks[best]));
    CHECK(!same(training.network, kept->network));
    CHECK(KeepBest(training.trainer).restore() == int(best));
    CHECK(same(training.network, training.networks[best]));
    int improvements = 0;
    double smallest = std::numeric_limits<double>::max();
    for (const EpochRecord& epoch : training.trainer.history().epochs) {
        improvements += epoch.test_loss < smallest ? 1 : 0;
        smallest = std::min(smallest, epoch.test_loss);
    }
    CHECK(times == improvements);
}

TEST_CASE("keep best, early stopping and reduction on a plateau: a resumed training ends with the same bits") {
    Training whole;
    whole.fit();
    for (const int stop : {1, int(whole.best_epoch()) + 2}) {
        CAPTURE(stop);
        Training first, rest;
        first.trainer.set_epochs(stop);
        first.fit();
        const std::vector<std::byte> checkpoint = checkpoint_bytes(first.trainer);
        load_checkpoint(rest.trainer, checkpoint);
        rest.trainer.set_epochs(stop);  // for the rates in the checkpoint
        CHECK(checkpoint_bytes(rest.trainer) == checkpoint);
        rest.trainer.set_epochs(20);
        rest.fit();
        CHECK(rest.trainer.history().epochs.size() == whole.networks.size());
        CHECK(same(rest.network, whole.network));
        CHECK(rest.trainer.best()->epoch == int(whole.best_epoch()));
        CHECK(same(rest.trainer.best()->network, whole.trainer.best()->network));
        for (std::size_t i = 0; i < whole.networks.size(); ++i) {
            CHECK(rest.trainer.history().epochs[i].learning_rate == whole.trainer.history().epochs[i].learning_rate);
        }
    }
    CHECK(whole.trainer.history().epochs.back().learning_rate < 0.02);
}

TEST_CASE("keep best: fit evaluates the average of weights too, and its best one is kept") {
    Net network(1);
    Threads threads(2);
    ToySource<float> data(Net::input_extent, {5, 5, 2}, 1, 4);
    const auto trained = [&](WeightAverage average) {
        network = Net(1);
        Taught trainer(network, threads,
                       {.epochs = 3, .learning_rate = ReduceLROnPlateau(0.02, {}), .average = average});
        const KeepBest best(trainer, {.monitor = {"test_loss_of_average", Better::smaller}});
        const auto check = [&](const EpochRecord& record) {
            if (record.epoch == 0) {  // no average yet
                CHECK(std::isnan(record.figure("test_loss_of_average")));
                return Next::go_on;
            }
            const Evaluation result = evaluate(trainer.averaged_network(), data, threads);
            CHECK(record.figure("test_loss_of_average") == result.loss);
            CHECK(record.figure("test_accuracy_of_average") == result.accuracy);
            CHECK(record.test_loss != result.loss);
            best(record);
            if (trainer.best()->epoch == record.epoch) CHECK(same(trainer.best()->network, trainer.averaged_network()));
            return Next::go_on;
        };
        TrainingCallbacks callbacks;
        if (average.evaluate) callbacks.after_epoch = check;
        return trainer.fit(data, data, callbacks);
    };
    const WeightAverage average{.decay = 0.5, .from_epoch = 1};
    CHECK(trained(average).epochs.size() == 3);
    WeightAverage unseen = average;
    unseen.evaluate = false;
    CHECK(trained(unseen).epochs.back().metrics.empty());
}

TEST_CASE("keep best: a checkpoint without a best network has none, and one with a broken one is refused") {
    Training training, other;
    CHECK(message_of<OptionError>([&] { KeepBest(training.trainer).restore(); }) ==
          "best weights: no epoch was kept yet; give `fit` this object in `after_epoch`");
    const std::vector<std::byte> without = checkpoint_bytes(training.trainer);
    training.trainer.set_epochs(2);
    training.fit();
    const std::vector<std::byte> with = checkpoint_bytes(training.trainer);
    load_checkpoint(training.trainer, without);
    CHECK(!training.trainer.best());

    const auto refused = [&](const auto& change) {
        return message_of<DataError>([&] { load_checkpoint(training.trainer, changed(with, change), "it"); });
    };
    CHECK(mentions(refused([](auto& c) { c.content.tensors.erase("best.network.1.bias"); }),
                   "it: does not fit this network", "1.bias is missing"));
    CHECK(mentions(refused([](auto& c) { c.content.tensors.erase("best.value"); }), "it: is broken: best.value"));
    CHECK(mentions(refused([](auto& c) { c.put_number("best.value", std::numeric_limits<double>::quiet_NaN()); }),
                   "best.value is not a number"));
    CHECK(mentions(refused([](auto& c) { c.put_number("best.epoch", -1); }), "best.epoch is -1"));
    CHECK(!training.trainer.best());
    load_checkpoint(training.trainer, with);
    CHECK(training.trainer.best());
}

}  // namespace keep_best_test
