#include "norma/training/evaluate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/message.hpp"
#include "../support/small_network.hpp"
#include "../support/toy_data.hpp"
#include "norma/norm/batch.hpp"
#include "norma/testing/reference_network.hpp"

namespace evaluate_test {

using namespace norma;

namespace {
using Net = SmallNetwork<BatchNorm>;
}

TEST_CASE("evaluate: every sample's prediction, in order, by the running statistics and without dropout") {
    Net net(1);
    for (float& m : net.running_mean()) m = 0.1f;
    for (float& v : net.running_var()) v = 0.7f;
    const ToySource<float> source(Net::input_extent, {37, 37, 5}, 1, 4);
    Threads threads(2);
    const Evaluation got = evaluate(net, source, threads);
    REQUIRE(got.predicted.size() == 79);
    REQUIRE(got.confidence.size() == 79);

    std::size_t sample = 0;
    double loss = 0;
    int correct = 0;
    ConfusionMatrix confusion(4);
    for (int b = 0; b < source.count(); ++b) {
        const auto expected = conformance::ReferenceNetwork<Net>().run(net, source[b], evaluation_mode, 1, 1);
        for (int i = 0; i < source[b].size(); ++i, ++sample) {
            const std::vector<double>& z = expected.logits[std::size_t(i)];
            double sum = 0;
            for (const double v : z) sum += std::exp(v);
            const auto best = std::max_element(z.begin(), z.end());
            const int truth = source[b].target(i);
            loss += (std::log(sum) - z[std::size_t(truth)]) / 79;
            correct += truth == best - z.begin() ? 1 : 0;
            confusion.add(truth, static_cast<int>(best - z.begin()));
            CHECK(got.predicted[sample] == best - z.begin());
            CHECK(got.confidence[sample] == doctest::Approx(std::exp(*best) / sum).epsilon(1e-5));
        }
    }
    CHECK(got.loss == doctest::Approx(loss).epsilon(1e-5));
    CHECK(got.accuracy == doctest::Approx(100.0 * correct / 79));
    std::int64_t counted = 0;
    for (int t = 0; t < 4; ++t) {
        for (int p = 0; p < 4; ++p) {
            CHECK(got.confusion(t, p) == confusion(t, p));
            counted += got.confusion(t, p);
        }
    }
    CHECK(counted == 79);
}

TEST_CASE("evaluate: samples of another shape, and labels without an output, are refused") {
    const Net net(1);
    Threads threads(1);
    CHECK(mentions(message_of<DataError>([&] {
                       evaluate(net, ToySource<float>({3, 9, 8}, {2}, 1), threads);
                   }),
                   "3x9x8", "3x8x8"));
    ToySource<float> source(Net::input_extent, {3, 3}, 1, 4);
    source[1].set_label(2, 4);
    CHECK(mentions(message_of<DataError>([&] { evaluate(net, source, threads); }), "sample 2 of batch 1", "label 4"));
}

TEST_CASE("evaluate: no samples, samples and networks with numbers that are not finite are refused") {
    Net net(1);
    Threads threads(2);
    ToySource<float> source(Net::input_extent, {3, 3}, 1, 4);
    CHECK(mentions(message_of<DataError>([&] { evaluate(net, ToySource<float>(Net::input_extent, {}, 1), threads); }),
                   "there are none", "0 batches and 0 samples"));
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(), 1e20f}) {
        ToySource<float> spoilt = source;
        spoilt[1].sample(2)[7] = bad;
        CHECK(mentions(message_of<DataError>([&] { evaluate(net, spoilt, threads); }),
                       "evaluate: batch 1: sample 2 of the batch holds ", "at row 0, column 2, channel 1", "data"));
        if (bad == 1e20f) continue;
        Net broken = net;
        broken.running_mean()[1] = bad;
        CHECK(mentions(message_of<DataError>([&] { evaluate(broken, source, threads); }),
                       "evaluate: a running statistic of layer 1, Block<8, 3, BatchNorm>, is not finite"));
        broken = net;
        broken.parameters()[5] = bad;
        CHECK(mentions(message_of<DataError>([&] { evaluate(broken, source, threads); }), "a parameter of layer 1"));
    }
    for (float& w : net.parameters()) w *= 1e15f;
    CHECK(
        mentions(message_of<TrainingError>([&] { evaluate(net, source, threads); }),
                 "evaluate: batch 0: the network's output is not finite: the first value that is not finite is in the "
                 "output of layer 2, Residual<Block<8, 1, BatchNorm>>, for sample 0"));
}

}  // namespace evaluate_test
