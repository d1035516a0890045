#include "norma/network/executor.hpp"

#include <doctest/doctest.h>

#include <ratio>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "norma/norma.hpp"

// Small networks with norms that couple samples: several passes, and values that are kept or made again between them.

using namespace norma;

namespace {

template <class Input, class... Layers>
using Net = BasicNetwork<double, Input, Layers...>;

struct BatchRootMeanSquare : NormDefaults {
    static constexpr Sentence name() { return "BatchRootMeanSquare"; }
    static constexpr bool couples_samples = true;
    static constexpr bool subtracts_mean = false;
    static constexpr int groups(int channels) { return channels; }
};
/// Two groups of channels over the whole batch, and an affine per element.
struct BatchGroupNorm : NormDefaults {
    static constexpr Sentence name() { return "BatchGroupNorm"; }
    static constexpr bool couples_samples = true;
    static constexpr Affine affine = Affine::per_element;
    static constexpr int groups(int) { return 2; }
};
using Tiny = Net<Shape<1, 2, 2>, Conv2d<2, 2>, BatchNorm, Linear<2>>;

}  // namespace

TEST_CASE("executor: the experiment's kinds of layers, made small") {
    check_network<Net<Shape<2, 6, 6>, Block<4, 3, BatchNorm>, Residual<Block<4, 1, BatchNorm>>,
                      Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Conv2d<3, 1>, GlobalAvgPool2d, Residual<Conv2d<3, 1>>>>(
        5, 1);
}

TEST_CASE("executor: convolution, average pool, convolution in front of a batch norm are made again") {
    check_network<Net<Shape<2, 6, 6>, Conv2d<3, 2>, AvgPool2d<3, 2>, AvgPool2d<2, 1, 1>, Conv2d<3, 1>, ReLU,
                      AvgPool2d<2, 1>, BatchNorm, ReLU, Linear<2>>>(4, 1);
}

TEST_CASE("executor: batch and group norm in one network, dropout in front of both") {
    check_network<Net<Shape<2, 6, 6>, Conv2d<4, 3>, Dropout<std::ratio<1, 4>>, GroupNorm<2>, ReLU,
                      Dropout<std::ratio<1, 4>>, Conv2d<4, 1>, Dropout<std::ratio<1, 4>>, BatchNorm, ReLU, MaxPool2d<2>,
                      LayerNorm, Residual<Block<4, 1, BatchNorm>>, GroupNorm<1>>>(5, 1);
}

TEST_CASE("executor: skips across barriers, from the network's input and within each other") {
    check_network<Net<Shape<2, 4, 4>, Residual<Conv2d<2, 1>, BatchNorm, ReLU, Conv2d<2, 3, 1, 1>>,
                      Residual<Residual<BatchNorm>, BatchNorm>, Residual<Residual<Residual<Conv2d<2, 1>>, BatchNorm>>,
                      Linear<2>>>(4, 1);
}

TEST_CASE("executor: batch norm first and last, after a ReLU, after a pool, after another batch norm, after dropout") {
    check_network<Net<Shape<2, 6, 6>, BatchNorm, Conv2d<3, 3>, ReLU, BatchNorm, MaxPool2d<2, 1>, BatchNorm, BatchNorm,
                      Dropout<std::ratio<1, 4>>, BatchNorm, Residual<MaxPool2d<3, 1, 1>, BatchNorm, ReLU,
                      Dropout<std::ratio<1, 4>>>, Conv2d<2, 3>, BatchNorm>>(5, 1);
}

TEST_CASE("executor: norms over the batch that users write") {
    check_network<Net<Shape<2, 5, 5>, Block<4, 2, BatchGroupNorm, 2, 1>, Residual<Block<4, 1, BatchRootMeanSquare>>,
                      Dropout<std::ratio<1, 4>>, BatchGroupNorm, MaxPool2d<2>, Linear<3>>>(5, 1);
}

TEST_CASE("executor: batches that it cannot take") {
    Threads threads(1);
    CHECK(mentions(message_of<OptionError>([&] { Executor<Tiny, evaluation_mode>(threads, 0); }), "0", "positive"));
    CHECK(mentions(message_of<OptionError>([&] { Executor<Tiny, training_mode>(threads, -3); }), "-3", "positive"));

    const Tiny net(1);
    Executor<Tiny, training_mode> executor(threads, 3);
    CHECK(executor.most_samples() == 3);
    const auto run = [&](int samples) {
        CheckedRun<Tiny>(executor, net, ToyBatch<double>(Tiny::input_extent, samples, 1), StepName{});
    };
    CHECK(mentions(message_of<DataError>([&] { run(0); }), "batch of 0", "1 to 3"));
    CHECK(mentions(message_of<DataError>([&] { run(4); }), "batch of 4", "1 to 3"));
    CHECK(message_of<Error>([&] { run(3); }).empty());
    CHECK(message_of<Error>([&] { run(2); }).empty());
}

TEST_CASE("executor: one value per channel cannot be normalised over the batch in training, but in evaluation") {
    Threads threads(1);
    const Tiny net(1);
    const ToyBatch<double> one(Tiny::input_extent, 1, 1);
    Executor<Tiny, training_mode> training(threads, 3);
    const std::string message = message_of<TrainingError>([&] { CheckedRun<Tiny>(training, net, one, StepName{}); });
    CHECK(mentions(message, "more than one value per channel", "layer 2", "2x1x1", "larger batches"));
    Executor<Tiny, recalibration_mode> recalibration(threads, 3);
    CHECK(message_of<TrainingError>([&] { CheckedRun<Tiny>(recalibration, net, one, StepName{}); }) == message);
    Executor<Tiny, evaluation_mode> evaluation(threads, 3);
    CHECK(message_of<Error>([&] { CheckedRun<Tiny>(evaluation, net, one, StepName{}); }).empty());
}

TEST_CASE("executor: recalibration takes the batch's statistics and drops nothing") {
    using Dropping = Net<Shape<2, 4, 4>, Conv2d<2, 2>, Dropout<std::ratio<1, 2>>, BatchNorm, ReLU, Linear<2>>;
    Threads threads(2);
    Dropping net(1);
    const ToyBatch<double> batch(Dropping::input_extent, 18, 1);
    Executor<Dropping, recalibration_mode> executor(threads, 18);
    const CheckedRun<Dropping> run(executor, net, batch, {1, 1});
    const auto expected = ReferenceNetwork<Dropping>().run(net, batch, recalibration_mode, 1, 1);
    CHECK(worst_error(run.logits, flattened(expected.logits)) < 1e-11);

    // The norm's own share of the new: a tenth, from mean 0 and variance 1.
    executor.track_statistics(net);
    CHECK(net.tracked_batches() == 1);
    for (std::size_t c = 0; c < 2; ++c) {
        CHECK(net.running_mean()[c] == doctest::Approx(0.1 * expected.mean[c]).epsilon(1e-12));
        CHECK(net.running_variance()[c] == doctest::Approx(0.9 + 0.1 * expected.unbiased_variance[c]).epsilon(1e-12));
    }
}
