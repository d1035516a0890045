#include "norma/training/update_bn.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ratio>
#include <string>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "../support/numbers.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace update_bn_test {

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
           same_bits<T>(a.running_var(), b.running_var()) && a.tracked_batches() == b.tracked_batches();
}

/// As if it had been trained: running statistics that are not those of any batch.
Net<BatchNorm> trained() {
    Net<BatchNorm> net(1);
    net.running_mean()[1] = 3;
    net.running_var()[2] = 5;
    net.set_tracked_batches(11);
    return net;
}
}  // namespace

TEST_CASE("update_bn: running statistics become the mean over batches, dropout off; nothing else changes") {
    const Net<BatchNorm> before = trained();
    const ToySource<double> source(Net<BatchNorm>::input_extent, {20, 20, 7}, 1);
    std::vector<double> mean(before.running_mean().size());
    std::vector<double> variance(mean.size());
    for (int b = 0; b < source.count(); ++b) {
        const auto batch = ReferenceNetwork<Net<BatchNorm>>().run(before, source[b], update_bn_mode, 1, 1);
        for (std::size_t c = 0; c < mean.size(); ++c) {
            mean[c] += batch.mean[c] / 3;
            variance[c] += batch.unbiased_variance[c] / 3;
        }
    }
    for (const int count : {1, 3}) {
        Net<BatchNorm> net = before;
        Threads threads(count);
        update_bn(net, source, threads);
        CHECK(same_bits<double>(net.parameters(), before.parameters()));
        CHECK(net.tracked_batches() == 3);
        for (const Node& node : Net<BatchNorm>::graph.nodes) {
            if (norm_in(node) == nullptr) continue;
            const auto at = std::size_t(node.statistics_offset);
            const auto channels = std::size_t(norm_in(node)->extent.channels);
            CHECK(worst_error(net.running_mean().subspan(at, channels), std::span(mean).subspan(at, channels)) < 1e-12);
            CHECK(worst_error(net.running_var().subspan(at, channels), std::span(variance).subspan(at, channels)) <
                  1e-12);
        }
    }
}

// Every batch would round the running mean once more.
TEST_CASE("update_bn: the mean of many batches is correct to half the distance of two floats") {
    using Small = Network<Shape<1, 2, 2>, BatchNorm, Linear<2>>;
    struct Batch {
        const float* x;
        int size() const { return 4; }
        void load(int i, float* out) const { std::copy_n(x + 4 * i, 4, out); }
        int target(int) const { return 0; }
    };
    struct Source {
        std::vector<float> x;
        void start_epoch(int) {}
        std::size_t size() const { return x.size() / 4; }
        int batch_size() const { return 4; }
        int count() const { return int(x.size()) / 16; }
        Extent extent() const { return Small::input_extent; }
        int classes() const { return 2; }
        Batch operator[](int b) const { return {x.data() + 16 * b}; }
    };
    Small net(1);
    Threads threads(1);
    Source source{real_numbers<float>(1000 * 16, 7, -0.017320508f, 0.017320508f)};
    double mean = 0;
    for (float& v : source.x) mean += double(v += 100) / double(source.x.size());
    update_bn(net, source, threads);
    CHECK(net.tracked_batches() == 1000);
    CHECK(std::abs(double(net.running_mean()[0]) - mean) < 100 * 1.2e-7 / 2 * 1.01);
    CHECK(net.running_var()[0] == doctest::Approx(1e-4).epsilon(0.02));

    source.x.assign(source.x.size(), 1000.1f);
    update_bn(net, source, threads);
    CHECK(net.running_mean()[0] == 1000.1f);
}

TEST_CASE("update_bn: after an error the network is unchanged") {
    const Net<BatchNorm> before = trained();
    Net<BatchNorm> net = before;
    Threads threads(1);
    const ToySource<double> last_of_one(Net<BatchNorm>::input_extent, {4, 4, 1}, 1);
    CHECK(mentions(message_of<TrainingError>([&] { update_bn(net, last_of_one, threads); }),
                   "more than one value per channel"));
    CHECK(same_network(net, before));
    CHECK(mentions(message_of<DataError>([&] {
                       update_bn(net, ToySource<double>({2, 5, 5}, {4}, 1), threads);
                   }),
                   "2x5x5"));
    CHECK(same_network(net, before));
}

TEST_CASE("update_bn: statistics that are not finite, or of no batch, are refused, and the network is unchanged") {
    const Net<BatchNorm> before = trained();
    Net<BatchNorm> net = before;
    Threads threads(2);
    const auto refused = [&](const ToySource<double>& source) {
        const std::string text = message_of<DataError>([&] { update_bn(net, source, threads); });
        CHECK(same_network(net, before));
        return text;
    };
    CHECK(mentions(refused(ToySource<double>(Net<BatchNorm>::input_extent, {}, 1)), "there are none", "0 batches"));
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e200}) {
        ToySource<double> source(Net<BatchNorm>::input_extent, {4, 4}, 1);
        source[1].sample(2)[13] = bad;
        CHECK(mentions(refused(source), "update_bn: batch 1: sample 2 of the batch holds ",
                       "row 1, column 2, channel 1"));
    }
    // The data are sound, the network is not.
    const ToySource<double> source(Net<BatchNorm>::input_extent, {4, 4}, 1);
    net.parameters()[3] = std::numeric_limits<double>::quiet_NaN();
    CHECK(mentions(message_of<TrainingError>([&] { update_bn(net, source, threads); }),
                   "batch 0: the statistics of layer 1",
                   "a parameter of layer 1, Block<3, 3, BatchNorm>, is not finite"));
    net = before;
    for (int k = 0; k < 27; ++k) net.parameters()[std::size_t(k)] = 1e160;
    const Net<BatchNorm> large = net;
    CHECK(mentions(message_of<TrainingError>([&] { update_bn(net, source, threads); }),
                   "batch 0: the statistics of layer 1"));
    CHECK(same_network(net, large));
}

TEST_CASE("update_bn: a norm within samples has nothing to estimate") {
    const Net<GroupNorm<1>> before(1);
    Net<GroupNorm<1>> net = before;
    Threads threads(1);
    update_bn(net, ToySource<double>(Net<GroupNorm<1>>::input_extent, {4, 1}, 1), threads);
    CHECK(same_network(net, before));
}

}  // namespace update_bn_test
