#include "norma/norm/batch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "../support/gradient_check.hpp"
#include "far_from_zero.hpp"
#include "golden_norm.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"

namespace batch_test {

using namespace norma;

namespace {

using Cumulative = BasicBatchNorm<BatchNormOptions{.epsilon = {1, 1000}, .cumulative = true}>;
using Plain = BasicBatchNorm<BatchNormOptions{.affine = false, .momentum = {1, 4}}>;
using Tolerant = BasicBatchNorm<BatchNormOptions{.one_value = OneValue::running_statistics}>;

static_assert(NormPolicy<BatchNorm> && NormPolicy<BasicBatchNorm<>> && NormPolicy<Cumulative> && NormPolicy<Plain>);
static_assert(BatchNorm::over_batch && Plain::over_batch);
static_assert(BatchNorm::groups(16) == 16);
static_assert(normalisation<BatchNorm>({6, 5, 7}).one_value == OneValue::error);
static_assert(normalisation<Tolerant>({6, 5, 7}).one_value == OneValue::running_statistics);
static_assert(!BatchNorm::cumulative && Cumulative::cumulative);

static_assert(BatchNorm::name().view() == "BatchNorm");
static_assert(Cumulative::name().view() == "BatchNorm(epsilon=1/1000, cumulative=true)");
static_assert(Plain::name().view() == "BatchNorm(affine=false, momentum=1/4)");
static_assert(Tolerant::name().view() == "BatchNorm(one_value=running_statistics)");

/// Running statistics after each of three batches, then values and gradients by them.
template <class T, class Norm>
void check_running_statistics(const std::string& name, float offset) {
    CAPTURE(name);
    const golden::File file("norms/" + name);
    const double most = golden_norm::tolerance<T>(offset);
    golden_norm::NormProbe<T, Norm> probe;
    golden_norm::set_parameters<T>(probe);
    for (int step = 0; step < 3; ++step) {
        CAPTURE(step);
        probe.set_images(golden_norm::input(step, offset));
        probe.train(golden_norm::output_gradient());
        probe.track();
        const auto of_step = [&](const char* tensor) { return file.tensor(tensor + std::to_string(step)).values; };
        CHECK(golden::relative_error(probe.network.running_mean().first(6), of_step("running_mean.")) < most);
        CHECK(golden::relative_error(probe.network.running_var().first(6), of_step("running_var.")) < most);
    }
    CHECK(probe.network.tracked_batches() == 3);
    probe.set_images(golden_norm::input(0, offset));
    probe.evaluate();
    CHECK(golden::relative_error(probe.y, file.tensor("eval.y").values) < most);

    // Gradients by running statistics, which do not depend on the input.
    ProbeIn<Mode{true, false, false}, T, 6, Shape<6, 5, 7>, Norm> tuned;
    golden_norm::set_parameters<T>(tuned);
    std::copy_n(probe.network.running_mean().begin(), 6, tuned.network.running_mean().begin());
    std::copy_n(probe.network.running_var().begin(), 6, tuned.network.running_var().begin());
    tuned.set_images(golden_norm::input(0, offset));
    tuned.train(golden_norm::output_gradient());
    golden_norm::check_gradients<T>(tuned, file, most, "eval.");
}

}  // namespace

TEST_CASE("BatchNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<BatchNorm>("batch");
}

TEST_CASE_TEMPLATE("BatchNorm's running statistics over three batches, and evaluation by them, are PyTorch's", T, float,
                   double) {
    check_running_statistics<T, BatchNorm>("batch", 0.5f);
    check_running_statistics<T, BatchNorm>("batch_far", 64.0f);
}

TEST_CASE("BatchNorm with PyTorch's momentum=None is PyTorch's, and so are momentum 0.25 and no affine") {
    golden_norm::check<double, Cumulative>("batch_cumulative", 0.5f);
    check_running_statistics<double, Cumulative>("batch_cumulative", 0.5f);
    golden_norm::check<double, Plain>("batch_plain", 0.5f);
    check_running_statistics<double, Plain>("batch_plain", 0.5f);
}

TEST_CASE("BatchNorm with options in a network: plain loops over five channels, gradients by differences") {
    check_network<BasicNetwork<double, Shape<2, 3, 3>, Conv2d<5, 2>, Plain, ReLU, Conv2d<5, 1>, Cumulative, Linear<2>>>(
        4, 1);
}

TEST_CASE("BatchNorm uses its running statistics for a batch of one value per channel, if its options allow that") {
    // The first norm sees four values per channel, the second one.
    using Net = BasicNetwork<double, Shape<1, 3, 3>, Conv2d<3, 2>, Tolerant, Conv2d<3, 2>, Tolerant, ReLU, Linear<2>>;
    constexpr Node first = Net::graph.nodes[1];
    constexpr Node second = Net::graph.nodes[3];
    static_assert(first.facts.statistics_count == 3 && second.facts.statistics_count == 3);
    static_assert(Net::plan<training_mode>.segments == 3);
    Net net(1);
    for (int c = 0; c < 3; ++c) {
        net.running_mean()[std::size_t(second.statistics_offset + c)] = 0.25 * c - 0.5;
        net.running_var()[std::size_t(second.statistics_offset + c)] = 0.5 + c;
    }
    Threads threads(2);
    Executor<Net, training_mode> executor(threads, 3);
    const ToyBatch<double> one(Net::input_extent, 1, 1);
    const CheckedRun<Net> run(executor, net, one, {});

    // The same in another way: the first norm's statistics as running statistics, in a mode that uses these.
    Net tracked = net;
    executor.track_statistics(tracked);
    CHECK(tracked.tracked_batches() == 1);
    Net by_hand = net;
    const auto tenth_of_new = [](double after, double before) { return (after - before) * 10 + before; };
    for (int c = 0; c < 3; ++c) {
        const auto i = std::size_t(first.statistics_offset + c);
        by_hand.running_mean()[i] = tenth_of_new(tracked.running_mean()[i], net.running_mean()[i]);
        // Four values: the unbiased variance is 4/3 of the biased one.
        by_hand.running_var()[i] = tenth_of_new(tracked.running_var()[i], net.running_var()[i]) * 3 / 4;
        const auto k = std::size_t(second.statistics_offset + c);
        CHECK(tracked.running_mean()[k] == net.running_mean()[k]);
        CHECK(tracked.running_var()[k] == net.running_var()[k]);
    }
    const auto logits = [&](const Net& n) {
        return flattened(ReferenceNetwork<Net>().run(n, one, evaluation_mode, 0, 0).logits);
    };
    CHECK(worst_error(run.logits, logits(by_hand)) < 1e-12);

    // Gradients of what comes after the first norm, whose statistics do not move with them.
    constexpr double step = 1e-6;
    const std::vector<double> gradient(executor.gradient().begin(), executor.gradient().end());
    std::vector<double> got;
    std::vector<double> differences;
    for (const std::size_t at : ReferenceNetwork<Net>().learned()) {
        if (at < std::size_t(first.weight_offset)) continue;
        const double here = by_hand.parameters()[at];
        const auto loss_at = [&](double value) {
            by_hand.parameters()[at] = value;
            return CheckedRun<Net>::loss(ReferenceNetwork<Net>().run(by_hand, one, evaluation_mode, 0, 0).logits);
        };
        differences.push_back((loss_at(here + step) - loss_at(here - step)) / (2 * step));
        by_hand.parameters()[at] = here;
        got.push_back(gradient[at]);
    }
    CHECK(worst_error(got, differences) < 1e-7);

    // A batch of two has its own statistics again, as BatchNorm takes them.
    using Strict =
        BasicNetwork<double, Shape<1, 3, 3>, Conv2d<3, 2>, BatchNorm, Conv2d<3, 2>, BatchNorm, ReLU, Linear<2>>;
    Executor<Strict, training_mode> strict(threads, 3);
    const ToyBatch<double> two(Net::input_extent, 2, 1);
    CHECK(same_bits<double>(CheckedRun<Net>(executor, net, two, {}).logits,
                            CheckedRun<Strict>(strict, Strict(1), two, {}).logits));
    CHECK(same_bits<double>(executor.gradient(), strict.gradient()));

    // To estimate running statistics, such a batch has nothing to give.
    Executor<Net, update_bn_mode> recalibration(threads, 3);
    CHECK_THROWS_AS(CheckedRun<Net>(recalibration, net, one, {}), TrainingError);
}

TEST_CASE_TEMPLATE("BatchNorm of equal numbers is the bias, in batches of few chunks and of long ones", T, float,
                   double) {
    far_from_zero::check_constant<BatchNorm, T, Shape<3, 7, 7>>();
    far_from_zero::check_constant<BatchNorm, T, Shape<17, 1, 1>, 7>();
    far_from_zero::check_constant<BatchNorm, T, Shape<2, 3, 3>, 99>();
}

// Every sample that is merged, and every chunk, would round the mean once more.
TEST_CASE("BatchNorm of 100 + noise is as exact as its mean can be in float") {
    far_from_zero::check_noise<BatchNorm, Shape<1, 2, 2>, 1000>();
    far_from_zero::check_noise<BatchNorm, Shape<1, 7, 7>, 100>();
}

}  // namespace batch_test
