#include "norma/training/views.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/network/predict.hpp"
#include "norma/norm/batch.hpp"
#include "norma/training/evaluate.hpp"

namespace views_test {

using namespace norma;

namespace {

/// The image with `pad` pixels more on each side, as PyTorch's functional.pad makes it.
template <class T>
std::vector<T> padded(const std::vector<T>& image, Extent e, int pad, PaddingMode border) {
    std::vector<T> result;
    for (int y = -pad; y < e.height + pad; ++y) {
        for (int x = -pad; x < e.width + pad; ++x) {
            int row = y, column = x;
            if (border == PaddingMode::reflect) {
                if (row < 0) row = -row;
                if (row >= e.height) row = e.height - 1 - (row - (e.height - 1));
                if (column < 0) column = -column;
                if (column >= e.width) column = e.width - 1 - (column - (e.width - 1));
            }
            const bool inside = row >= 0 && row < e.height && column >= 0 && column < e.width;
            for (int c = 0; c < e.channels; ++c) {
                result.push_back(inside ? image[std::size_t((row * e.width + column) * e.channels + c)] : T(0));
            }
        }
    }
    return result;
}

/// What `show` must give: cut from the padded image, then mirrored.
template <class T>
std::vector<T> expected_view(const View& view, const std::vector<T>& image, Extent e) {
    const int pad = std::max({1, view.down, -view.down, view.right, -view.right});
    const std::vector<T> large = padded(image, e, pad, view.padding);
    const int width = e.width + 2 * pad;
    std::vector<T> result;
    for (int y = 0; y < e.height; ++y) {
        for (int x = 0; x < e.width; ++x) {
            const int from = view.mirrored ? e.width - 1 - x : x;
            for (int c = 0; c < e.channels; ++c) {
                result.push_back(
                    large[std::size_t(((y + pad + view.down) * width + from + pad + view.right) * e.channels + c)]);
            }
        }
    }
    return result;
}

const std::vector<View> some_views{{},
                                   {.mirrored = true},
                                   {-1, 2, false, 1, PaddingMode::zeros},
                                   {2, -1, true, 3, PaddingMode::zeros},
                                   {-2, -1, false, 0.5, PaddingMode::reflect},
                                   {2, 3, true, 2, PaddingMode::reflect}};

/// Two outputs of a sample: the sum of all its numbers times their places, and its first number squared.
template <class T>
std::vector<T> outputs_of(const T* sample, int size) {
    T sum = 0;
    for (int k = 0; k < size; ++k) sum += sample[k] * T(k + 1);
    return {sum, sample[0] * sample[0]};
}

}  // namespace

TEST_CASE_TEMPLATE("views: a window of the padded image, then mirrored", T, float, double) {
    for (const Extent e : {Extent{1, 3, 4}, Extent{3, 5, 7}, Extent{2, 3, 4}}) {
        const ToyBatch<T> batch(e, 1, 7);
        const std::vector<T> image(batch.sample(0), batch.sample(0) + e.size());
        for (const View& view : some_views) {
            std::vector<T> got(image.size() + 2, T(77));
            show(view, e, image.data(), got.data() + 1);
            CHECK(got.front() == T(77));
            CHECK(got.back() == T(77));
            CHECK(std::vector<T>(got.begin() + 1, got.end() - 1) == expected_view(view, image, e));
        }
    }
}

TEST_CASE("views: the six views of the 94 % network") {
    const std::vector<View> views = translated_views();
    REQUIRE(views.size() == 6);
    double sum = 0;
    for (const View& view : views) {
        CHECK(view.down == view.right);
        CHECK(view.padding == PaddingMode::reflect);
        CHECK(view.weight == (view.down == 0 ? 0.25 : 0.125));
        sum += view.weight;
        const auto is_mirror = [&](const View& other) {
            return other.down == view.down && other.mirrored != view.mirrored && other.weight == view.weight;
        };
        CHECK(std::ranges::count_if(views, is_mirror) == 1);
    }
    CHECK(sum == 1);
    CHECK(mirrored_views().size() == 2);
    CHECK((mirrored_views()[0].mirrored == false && mirrored_views()[1].mirrored == true));
    CHECK(translated_views(3, PaddingMode::zeros)[1].down == -3);
    CHECK(translated_views(3, PaddingMode::zeros)[1].padding == PaddingMode::zeros);
}

TEST_CASE("views: a sound moves in time alone") {
    const std::vector<View> views = translated_views(2, PaddingMode::zeros, false);
    const Extent sound{1, 1, 5}, upright{1, 5, 1};
    validate_views(views, sound);
    std::vector<std::vector<float>> seen;
    for (const View& view : views) {
        const std::vector<float> samples{1, 2, 3, 4, 5};
        std::vector<float> shown(5), turned(5);
        show(view, sound, samples.data(), shown.data());
        show(view, upright, samples.data(), turned.data());
        CHECK(shown == turned);
        seen.push_back(shown);
    }
    CHECK(seen == std::vector<std::vector<float>>{{1, 2, 3, 4, 5}, {0, 0, 1, 2, 3}, {3, 4, 5, 0, 0}});
}

TEST_CASE_TEMPLATE("views: the loss gets the weighted mean of the outputs of all views", T, float, double) {
    const Extent e{2, 4, 5};
    const ToyBatch<T> batch(e, 5, 3);
    Threads threads(2);
    detail::RunInViews<T> viewed(some_views, e, 2, 6);
    int runs = 0;
    const auto run = [&](const BatchRef<T>& of, const LossRef<T>& loss, FirstNonFinite* watch) {
        CHECK(watch == nullptr);
        ++runs;
        std::vector<T> sample(std::size_t(e.size()));
        for (int i = 0; i < of.size(); ++i) {
            of.load(i, sample.data());
            loss(i, outputs_of(sample.data(), e.size()).data(), nullptr);
        }
    };
    std::vector<std::vector<T>> got(5);
    const auto keep = [&](int i, const T* outputs, T* gradient) {
        CHECK(gradient == nullptr);
        CHECK(got[std::size_t(i)].empty());
        got[std::size_t(i)] = {outputs[0], outputs[1]};
    };
    for (int again = 0; again < 2; ++again) {  // the second batch does not see the first
        for (auto& outputs : got) outputs.clear();
        viewed.run(batch, keep, nullptr, threads, run);
        CHECK(runs == int(some_views.size()) * (again + 1));
        for (int i = 0; i < 5; ++i) {
            std::vector<T> sample(std::size_t(e.size()));
            batch.load(i, sample.data());
            double weights = 0;
            double sums[2]{};
            for (const View& view : some_views) {
                const std::vector<T> outputs = outputs_of(expected_view(view, sample, e).data(), e.size());
                for (std::size_t k = 0; k < 2; ++k) sums[k] += view.weight * double(outputs[k]);
                weights += view.weight;
            }
            for (std::size_t k = 0; k < 2; ++k) {
                CHECK(double(got[std::size_t(i)][k]) == doctest::Approx(sums[k] / weights).epsilon(1e-5).scale(10));
            }
        }
    }
    // A batch that is too large or empty goes to `run` as it is, which refuses it.
    const ToyBatch<T> large(e, 7, 3);
    int seen = 0;
    viewed.run(large, keep, nullptr, threads,
               [&](const BatchRef<T>& of, const LossRef<T>&, FirstNonFinite*) { seen = of.size(); });
    CHECK(seen == 7);
}

TEST_CASE("views: evaluate with six views is a plain loop that predicts each view and averages the logits") {
    using Net = Network<Shape<3, 6, 5>, Block<4, 3, BatchNorm>, Linear<4>>;
    const Net net(1);
    const ToySource<float> source(Net::input_extent, {5, 5, 2}, 1, 4);
    Threads threads(2);
    const std::vector<View> views = translated_views();
    const Evaluation got = evaluate(net, source, threads, views);
    REQUIRE(got.predicted.size() == 12);
    std::size_t sample = 0;
    double loss = 0;
    int changed = 0;
    for (int b = 0; b < source.count(); ++b) {
        for (int i = 0; i < source[b].size(); ++i, ++sample) {
            const std::vector<float> image(source[b].sample(i), source[b].sample(i) + Net::input_extent.size());
            std::array<double, 4> mean{};
            for (const View& view : views) {
                const auto logits = predict(net, expected_view(view, image, Net::input_extent));
                for (std::size_t k = 0; k < 4; ++k) mean[k] += view.weight * double(logits[k]);
            }
            double sum = 0;
            for (const double logit : mean) sum += std::exp(logit);
            const auto best = std::ranges::max_element(mean);
            CHECK(got.predicted[sample] == best - mean.begin());
            CHECK(got.confidence[sample] == doctest::Approx(std::exp(*best) / sum).epsilon(1e-5));
            loss += (std::log(sum) - mean[std::size_t(source[b].target(i))]) / 12;
        }
    }
    CHECK(got.loss == doctest::Approx(loss).epsilon(1e-5));
    const Evaluation plain = evaluate(net, source, threads);
    for (std::size_t i = 0; i < 12; ++i) changed += plain.confidence[i] != got.confidence[i] ? 1 : 0;
    CHECK(changed == 12);
    CHECK(evaluate(net, source, threads, {View{}}).confidence == plain.confidence);
    CHECK(mentions(message_of<OptionError>([&] { evaluate(net, source, threads, translated_views(5)); }),
                   "views: number 1 moves by -5 rows"));

    ToySource<float> spoilt = source;
    spoilt[1].sample(2)[7] = std::numeric_limits<float>::quiet_NaN();
    CHECK(mentions(message_of<DataError>([&] { evaluate(net, spoilt, threads, views); }),
                   "evaluate: batch 1: sample 2 of the batch holds ", "at row 0, column 2, channel 1"));
    Net large = net;
    for (float& w : large.parameters()) w *= 1e20f;
    CHECK(mentions(message_of<TrainingError>([&] { evaluate(large, source, threads, views); }),
                   "evaluate: batch 0: the network's output is not finite", "output of layer "));
}

TEST_CASE("views: none, a move as large as the image and impossible weights are refused by their number") {
    const Extent e{3, 4, 6};
    const auto refused = [&](const std::vector<View>& views) {
        return message_of<OptionError>([&] { validate_views(views, e); });
    };
    CHECK(refused(some_views).empty());
    CHECK(refused({{3, -5}, {-3, 5}}).empty());
    CHECK(refused({}) == "views: there are none; give at least one");
    CHECK(refused({{}, {4, 0}}) ==
          "views: number 1 moves by 4 rows and 0 columns; samples of 3x4x6 can be moved by less than their height and "
          "width");
    for (const View& bad : {View{-4, 0}, View{0, 6}, View{0, -6}, View{std::numeric_limits<int>::min(), 0}}) {
        CHECK(mentions(refused({bad}), "views: number 0 moves by"));
    }
    for (const double bad : {0.0, -1.0, 1e6, std::nan(""), std::numeric_limits<double>::infinity()}) {
        CHECK(mentions(refused({{.weight = bad}}), "views: number 0 has the weight ", "above 0 and below 1,000,000"));
    }
}

}  // namespace views_test
