#include "norma/network/executor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ratio>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "norma/norma.hpp"

namespace executor_test {

// More networks with norms that couple samples: segments_test.cpp.

using namespace norma;

namespace {

template <class Input, class... Layers>
using Net = BasicNetwork<double, Input, Layers...>;

using Tiny = Net<Shape<1, 2, 2>, Conv2d<2, 2>, BatchNorm, Linear<2>>;

}  // namespace

TEST_CASE("executor: the experiment's kinds of layers, made small") {
    check_network<Net<Shape<2, 6, 6>, Block<4, 3, BatchNorm>, Residual<Block<4, 1, BatchNorm>>,
                      Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Conv2d<3, 1>, GlobalAvgPool2d, Residual<Conv2d<3, 1>>>>(
        5, 1);
}

TEST_CASE("executor: batches that are refused") {
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

TEST_CASE("executor: one value per channel can be normalised over the batch in evaluation, but not in training") {
    Threads threads(1);
    const Tiny net(1);
    const ToyBatch<double> one(Tiny::input_extent, 1, 1);
    Executor<Tiny, training_mode> training(threads, 3);
    const std::string message = message_of<TrainingError>([&] { CheckedRun<Tiny>(training, net, one, StepName{}); });
    CHECK(mentions(message, "more than one value per channel", "layer 2", "2x1x1", "larger batches"));
    Executor<Tiny, update_bn_mode> recalibration(threads, 3);
    CHECK(message_of<TrainingError>([&] { CheckedRun<Tiny>(recalibration, net, one, StepName{}); }) == message);
    Executor<Tiny, evaluation_mode> evaluation(threads, 3);
    CHECK(message_of<Error>([&] { CheckedRun<Tiny>(evaluation, net, one, StepName{}); }).empty());

    // Running statistics need no second value.
    const int norm = 1;
    training.use_running_statistics({&norm, 1});
    const CheckedRun<Tiny> by_running(training, net, one, StepName{});
    CHECK(worst_error(by_running.logits, CheckedRun<Tiny>(evaluation, net, one, StepName{}).logits) < 1e-12);
}

TEST_CASE("executor: a network is prepared once for many batches") {
    using Folding = Net<Shape<1, 4, 4>, Conv2d<3, 2>, BatchNorm, ReLU, ConvTranspose2d<2, 2>, BatchNorm, Linear<2>>;
    static_assert(Folding::plan<evaluation_mode>.folded_size > 0);
    Threads threads(2);
    Folding net(1);
    Executor<Folding, evaluation_mode> executor(threads, 5);
    std::vector<double> outputs(10);
    const auto loss_of = [&](int i, const double* z, double*) { std::copy_n(z, 2, outputs.begin() + 2 * i); };
    const ToyBatch<double> first(Folding::input_extent, 5, 1), second(Folding::input_extent, 3, 2);
    CHECK(mentions(message_of<Error>([&] { executor.run(first, loss_of); }), "no network", "prepare"));

    executor.run(net, second, loss_of);
    const std::vector<double> expected = outputs;
    executor.prepare(net);
    executor.run(first, loss_of);
    executor.run(second, loss_of);
    CHECK(std::equal(expected.begin(), expected.begin() + 6, outputs.begin()));

    // A change of the weights shows after the next `prepare` at the latest.
    for (double& weight : net.parameters()) weight *= 2;
    executor.prepare(net);
    executor.run(second, loss_of);
    CHECK_FALSE(std::equal(expected.begin(), expected.begin() + 6, outputs.begin()));
    const auto reference = ReferenceNetwork<Folding>().run(net, second, evaluation_mode, 1, 1);
    CHECK(worst_error(std::vector<double>(outputs.begin(), outputs.begin() + 6), flattened(reference.logits)) < 1e-11);
}

TEST_CASE("executor: recalibration takes the batch's statistics and drops nothing") {
    using Dropping = Net<Shape<2, 4, 4>, Conv2d<2, 2>, Dropout<std::ratio<1, 2>>, BatchNorm, ReLU, Linear<2>>;
    Threads threads(2);
    Dropping net(1);
    const ToyBatch<double> batch(Dropping::input_extent, 18, 1);
    Executor<Dropping, update_bn_mode> executor(threads, 18);
    const CheckedRun<Dropping> run(executor, net, batch, {1, 1});
    const auto expected = ReferenceNetwork<Dropping>().run(net, batch, update_bn_mode, 1, 1);
    CHECK(worst_error(run.logits, flattened(expected.logits)) < 1e-11);

    // The norm's own share of the new: a tenth, from mean 0 and variance 1.
    executor.track_statistics(net);
    CHECK(net.tracked_batches() == 1);
    for (std::size_t c = 0; c < 2; ++c) {
        CHECK(net.running_mean()[c] == doctest::Approx(0.1 * expected.mean[c]).epsilon(1e-12));
        CHECK(net.running_var()[c] == doctest::Approx(0.9 + 0.1 * expected.unbiased_variance[c]).epsilon(1e-12));
    }
}

TEST_CASE("executor: a norm by running statistics is a convolution 1x1 of them, forward and backward") {
    using Normed = Net<Shape<2, 5, 4>, Conv2d<3, 2>, BatchNorm, ReLU, Conv2d<4, 2>, BatchNorm, ReLU, Linear<2>>;
    using Affine = DepthwiseConv2d<1, 1, 0, Bias::yes>;
    using Folded = Net<Shape<2, 5, 4>, Conv2d<3, 2>, Affine, ReLU, Conv2d<4, 2>, BatchNorm, ReLU, Linear<2>>;
    Threads threads(2);
    Normed net(1);
    Folded folded(1);
    REQUIRE(net.parameters().size() == folded.parameters().size());
    const std::size_t weight = std::size_t(Normed::graph.nodes[1].weight_offset);
    const std::size_t bias = std::size_t(Normed::graph.nodes[1].bias_offset);
    REQUIRE(Folded::graph.nodes[1].bias_offset == Normed::graph.nodes[1].bias_offset);
    std::vector<double> rstd(3);
    for (std::size_t c = 0; c < 3; ++c) {
        net.running_mean()[c] = 0.25 * double(c) - 0.1;
        net.running_var()[c] = 0.5 + double(c);
        net.parameters()[weight + c] = 1.5 - double(c);
        net.parameters()[bias + c] = 0.125 * double(c);
        rstd[c] = 1 / std::sqrt(net.running_var()[c] + 1e-5);
    }
    std::ranges::copy(net.parameters(), folded.parameters().begin());
    for (std::size_t c = 0; c < 3; ++c) {
        folded.parameters()[weight + c] *= rstd[c];
        folded.parameters()[bias + c] -= folded.parameters()[weight + c] * net.running_mean()[c];
    }
    const ToyBatch<double> batch(Normed::input_extent, 7, 1);
    Executor<Normed, training_mode> executor(threads, 7);
    Executor<Folded, training_mode> expected(threads, 7);
    const int first = 1;
    executor.use_running_statistics({&first, 1});
    const CheckedRun<Normed> run(executor, net, batch, {1, 1});
    const CheckedRun<Folded> by_convolution(expected, folded, batch, {1, 1});
    CHECK(worst_error(run.logits, by_convolution.logits) < 1e-12);
    std::vector<double> gradient(expected.gradient().begin(), expected.gradient().end());
    for (std::size_t c = 0; c < 3; ++c) {
        gradient[weight + c] = rstd[c] * (gradient[weight + c] - net.running_mean()[c] * gradient[bias + c]);
    }
    CHECK(worst_error(std::vector<double>(executor.gradient().begin(), executor.gradient().end()), gradient) < 1e-12);

    // Its running statistics do not change, those of the other norm do.
    const Normed before = net;
    executor.track_statistics(net);
    expected.track_statistics(folded);
    const std::size_t second = std::size_t(Normed::graph.nodes[4].running_offset);
    CHECK(std::ranges::equal(net.running_mean().first(3), before.running_mean().first(3)));
    CHECK(std::ranges::equal(net.running_var().first(3), before.running_var().first(3)));
    for (std::size_t c = 0; c < 4; ++c) {
        CHECK(net.running_mean()[second + c] == doctest::Approx(folded.running_mean()[c]).epsilon(1e-12));
        CHECK(net.running_var()[second + c] != 1);
    }
    executor.use_running_statistics({});
    const CheckedRun<Normed> of_batch(executor, net, batch, {1, 1});
    CHECK(worst_error(of_batch.logits, run.logits) > 1e-3);
}

}  // namespace executor_test
