#include "norma/training/recalibrate.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <ratio>
#include <string>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

using namespace norma;

namespace {
/// The second norm has one value per channel and sample; a dropout stands before it.
template <class Norm>
using Net = BasicNetwork<double, Shape<2, 4, 4>, Block<3, 3, Norm>, Dropout<std::ratio<1, 2>>, Conv2d<4, 2>, Norm, ReLU,
                         Linear<2>>;

template <class N>
bool same_network(const N& a, const N& b) {
    using T = typename N::Scalar;
    return same_bits<T>(a.parameters(), b.parameters()) && same_bits<T>(a.running_mean(), b.running_mean()) &&
           same_bits<T>(a.running_variance(), b.running_variance()) && a.tracked_batches() == b.tracked_batches();
}

/// As if it had been trained: running statistics that are not those of any batch.
Net<BatchNorm> trained() {
    Net<BatchNorm> net(1);
    net.running_mean()[1] = 3;
    net.running_variance()[2] = 5;
    net.set_tracked_batches(11);
    return net;
}
}  // namespace

TEST_CASE("recalibrate: running statistics become the mean over batches, dropout off; nothing else changes") {
    const Net<BatchNorm> before = trained();
    const ToySource<double> source(Net<BatchNorm>::input_extent, {20, 20, 7}, 1);
    std::vector<double> mean(before.running_mean().size());
    std::vector<double> variance(mean.size());
    for (int b = 0; b < source.count(); ++b) {
        const auto batch = ReferenceNetwork<Net<BatchNorm>>().run(before, source[b], recalibration_mode, 1, 1);
        for (std::size_t c = 0; c < mean.size(); ++c) {
            mean[c] += batch.mean[c] / 3;
            variance[c] += batch.unbiased_variance[c] / 3;
        }
    }
    for (const int count : {1, 3}) {
        Net<BatchNorm> net = before;
        Threads threads(count);
        recalibrate(net, source, threads);
        CHECK(same_bits<double>(net.parameters(), before.parameters()));
        CHECK(net.tracked_batches() == 3);
        for (const PlannedStage& s : Net<BatchNorm>::plan<evaluation_mode>.stages) {
            if (!s.stage.pointwise.couples_samples) continue;
            const auto at = std::size_t(s.statistics_offset);
            const auto channels = std::size_t(s.stage.pointwise.extent.channels);
            CHECK(worst_error(net.running_mean().subspan(at, channels), std::span(mean).subspan(at, channels)) < 1e-12);
            CHECK(worst_error(net.running_variance().subspan(at, channels),
                              std::span(variance).subspan(at, channels)) < 1e-12);
        }
    }
}

TEST_CASE("recalibrate: an error on the way leaves the network as it was") {
    const Net<BatchNorm> before = trained();
    Net<BatchNorm> net = before;
    Threads threads(1);
    const ToySource<double> last_of_one(Net<BatchNorm>::input_extent, {4, 4, 1}, 1);
    CHECK(mentions(message_of<TrainingError>([&] { recalibrate(net, last_of_one, threads); }),
                   "more than one value per channel"));
    CHECK(same_network(net, before));
    CHECK(mentions(message_of<DataError>([&] { recalibrate(net, ToySource<double>({2, 5, 5}, {4}, 1), threads); }),
                   "2x5x5"));
    CHECK(same_network(net, before));
}

TEST_CASE("recalibrate: statistics that are not finite, or of no batch, are refused with the network as before") {
    const Net<BatchNorm> before = trained();
    Net<BatchNorm> net = before;
    Threads threads(2);
    const auto refused = [&](const ToySource<double>& source) {
        const std::string text = message_of<DataError>([&] { recalibrate(net, source, threads); });
        CHECK(same_network(net, before));
        return text;
    };
    CHECK(mentions(refused(ToySource<double>(Net<BatchNorm>::input_extent, {}, 1)), "there are none", "0 batches"));
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e200}) {
        ToySource<double> source(Net<BatchNorm>::input_extent, {4, 4}, 1);
        source[1].sample(2)[13] = bad;
        CHECK(mentions(refused(source), "recalibrate: batch 1: sample 2 of the batch holds ", "row 1, column 2, channel 1"));
    }
    // The data are sound, the network is not.
    const ToySource<double> source(Net<BatchNorm>::input_extent, {4, 4}, 1);
    net.parameters()[3] = std::numeric_limits<double>::quiet_NaN();
    CHECK(mentions(message_of<TrainingError>([&] { recalibrate(net, source, threads); }), "batch 0: the statistics of layer 1",
                   "a parameter of layer 1, Block<3, 3, BatchNorm>, is not finite"));
    net = before;
    for (int k = 0; k < 27; ++k) net.parameters()[std::size_t(k)] = 1e160;
    const Net<BatchNorm> large = net;
    CHECK(mentions(message_of<TrainingError>([&] { recalibrate(net, source, threads); }), "batch 0: the statistics of layer 1"));
    CHECK(same_network(net, large));
}

TEST_CASE("recalibrate: a norm that looks at one sample at a time has nothing to estimate") {
    const Net<GroupNorm<1>> before(1);
    Net<GroupNorm<1>> net = before;
    Threads threads(1);
    recalibrate(net, ToySource<double>(Net<GroupNorm<1>>::input_extent, {4, 1}, 1), threads);
    CHECK(same_network(net, before));
}
