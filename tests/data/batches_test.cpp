#include "norma/data/batches.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/message.hpp"
#include "norma/core/parallel.hpp"
#include "norma/data/cutout.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"

namespace batches_test {

using namespace norma;

namespace {

/// `n` images of 3 × 4 × 4 in 5 classes; all bytes of image i are i.
Dataset numbered(std::size_t n) {
    Dataset set{.channels = 3,
                .height = 4,
                .width = 4,
                .classes = 5,
                .pixels = {},
                .labels = {},
                .class_names = {"a", "b", "c", "d", "e"},
                .source = "a test",
                .mean = {0.5, 0.4, 0.3},
                .stddev = {0.2, 0.3, 0.4}};
    for (std::size_t i = 0; i < n; ++i) {
        set.labels.push_back(static_cast<std::uint8_t>(i % 5));
        set.pixels.insert(set.pixels.end(), 48, static_cast<std::uint8_t>(i));
    }
    return set;
}

template <class Source>
std::vector<std::size_t> order_of(const Source& batches) {
    std::vector<std::size_t> order;
    for (int b = 0; b < batches.count(); ++b) {
        const auto batch = batches[b];
        for (int i = 0; i < batch.size(); ++i) order.push_back(batch.index_of(i));
    }
    return order;
}

}  // namespace

TEST_CASE_TEMPLATE("every image comes once, with its label, normalised; the last batch is short", T, float, double) {
    const Dataset data = numbered(23);
    for (const bool shuffled : {false, true}) {
        Batches<T> batches(data, {.batch_size = 10, .shuffle = shuffled});
        CHECK(batches.size() == 23);
        CHECK(batches.batch_size() == 10);
        CHECK(batches.count() == 3);
        CHECK(batches.extent() == Extent{3, 4, 4});
        CHECK(batches.classes() == 5);
        batches.start_epoch(1);
        CHECK(batches[0].size() == 10);
        CHECK(batches[2].size() == 3);
        std::vector<int> seen(23);
        int wrong = 0;
        for (int b = 0; b < 3; ++b) {
            const auto batch = batches[b];
            for (int i = 0; i < batch.size(); ++i) {
                const std::size_t index = batch.index_of(i);
                ++seen.at(index);
                wrong += batch.target(i) != static_cast<int>(index % 5);
                std::vector<T> out(48 + 1, T{-77});
                batch.load(i, out.data());
                for (std::size_t k = 0; k < 48; ++k) {
                    const double expected = (static_cast<double>(index) / 255 - data.mean[k % 3]) / data.stddev[k % 3];
                    const double error = std::abs(static_cast<double>(out[k]) - expected);
                    wrong += error > 8 * static_cast<double>(std::numeric_limits<T>::epsilon());
                }
                wrong += out[48] != -77;
            }
        }
        CHECK(wrong == 0);
        CHECK(std::count(seen.begin(), seen.end(), 1) == 23);
    }
}

TEST_CASE("a data set alone is cut for evaluation: floats, 128 images a batch, in order, all of them") {
    const Dataset data = numbered(200);
    const Batches batches(data);
    static_assert(std::is_same_v<decltype(batches), const Batches<float>>);
    CHECK(batches.batch_size() == 128);
    std::vector<std::size_t> in_order(200);
    std::iota(in_order.begin(), in_order.end(), std::size_t{0});
    CHECK(order_of(batches) == in_order);
}

TEST_CASE("drop_last leaves out the last images; with shuffle, other images in each epoch") {
    const Dataset data = numbered(23);
    Batches<float> batches(data, {.batch_size = 10, .shuffle = true, .drop_last = true});
    CHECK(batches.size() == 20);
    CHECK(batches.count() == 2);
    CHECK(batches.batch_size() == 10);
    std::vector<int> seen(23);
    for (int epoch = 0; epoch < 20; ++epoch) {
        batches.start_epoch(epoch);
        Batches<float> all(data, {.batch_size = 10, .shuffle = true});
        all.start_epoch(epoch);
        std::vector<std::size_t> whole = order_of(all);
        whole.resize(20);
        CHECK(order_of(batches) == whole);  // the same batches, but for the last
        for (int b = 0; b < 2; ++b) CHECK(batches[b].size() == 10);
        for (const std::size_t i : whole) ++seen[i];
    }
    CHECK(std::ranges::count(seen, 0) == 0);
    CHECK(mentions(message_of<DataError>([&] { batches[2]; }), "no batch 2", "0 to 1"));

    CHECK(Batches<float>(data, {.batch_size = 23, .drop_last = true}).count() == 1);
    CHECK(Batches<float>(data, {.batch_size = 1, .drop_last = true}).size() == 23);
    CHECK(mentions(message_of<DataError>([&] { Batches<float>(data, {.batch_size = 24, .drop_last = true}); }),
                   "a test: 23 samples do not fill one batch of 24", "drop_last"));
}

TEST_CASE("the order depends on seed and epoch alone") {
    const Dataset data = numbered(100);
    std::vector<std::size_t> identity(100);
    std::iota(identity.begin(), identity.end(), std::size_t{0});
    Batches<float> plain(data, {.batch_size = 7});
    plain.start_epoch(5);
    CHECK(order_of(plain) == identity);

    Batches<float> a(data, {.batch_size = 7, .shuffle = true, .seed = 3});
    const auto zeroth = order_of(a);
    CHECK(zeroth != identity);
    a.start_epoch(1);
    const auto first = order_of(a);
    CHECK(first != zeroth);
    a.start_epoch(0);
    CHECK(order_of(a) == zeroth);

    // As after an interruption: it starts with epoch 1, and with another batch size.
    Batches<double> b(data, {.batch_size = 100, .shuffle = true, .seed = 3});
    b.start_epoch(1);
    CHECK(order_of(b) == first);
    Batches<float> c(data, {.batch_size = 7, .shuffle = true, .seed = 4});
    c.start_epoch(1);
    CHECK(order_of(c) != first);
}

TEST_CASE("transforms depend on seed, epoch and image, not on the thread, and do not change the data set") {
    Dataset data = numbered(40);
    for (std::size_t i = 0; i < data.pixels.size(); ++i) data.pixels[i] = static_cast<std::uint8_t>(i * 31);
    const auto before = data.pixels;
    const RandomCrop crop{2};
    const RandomFlip flip;
    const Cutout cutout{2};
    Batches batches(data, {.batch_size = 40, .shuffle = true, .seed = 9}, crop, flip, cutout);
    static_assert(std::is_same_v<decltype(batches), Batches<float, Dataset, RandomCrop, RandomFlip, Cutout>>);
    const auto load_all = [&](int epoch, int count) {
        batches.start_epoch(epoch);
        std::vector<float> out(40 * 48);
        Threads threads(count);
        threads.for_each(40, [&](int i, int) { batches[0].load(i, out.data() + 48 * batches[0].index_of(i)); });
        return out;
    };
    const auto first = load_all(1, 1);
    CHECK(load_all(2, 1) != first);
    CHECK(load_all(1, 3) == first);
    CHECK(data.pixels == before);

    const Normalisation<float> normalise(data.mean, data.stddev);
    std::vector<float> expected(40 * 48);
    for (std::size_t i = 0; i < 40; ++i) {
        TransformList(crop, flip, cutout)
            .load(normalise, data.image(i).data(), data.extent(), {9, 1, i}, expected.data() + 48 * i);
    }
    CHECK(first == expected);
}

TEST_CASE("settings() has a text for everything that the batches depend on; any difference changes the text") {
    Dataset set = numbered(10);
    const BatchOptions options{.batch_size = 4, .shuffle = true, .seed = 2};
    const std::vector<Setting> settings = Batches<float>(set, options).settings();
    CHECK(settings == Batches<double>(set, options).settings());
    CHECK(difference_of_settings(
              settings, Batches(set, {.batch_size = 4, .shuffle = true, .seed = 3}, RandomFlip{}).settings()) ==
          "\n  seed of the batches: 2 there, 3 here\n  transform 1, flip probability: none there, 0.5 here");
    CHECK(Batches<float>(set, {.seed = 2}).settings() ==
          Batches<float>(set, {.seed = 3}).settings());  // nothing is drawn
    CHECK(difference_of_settings(
              settings,
              Batches<float>(set, {.batch_size = 4, .shuffle = true, .seed = 2, .drop_last = true}).settings()) ==
          "\n  drop last: no there, yes here");
    const auto differs = [&](const auto& change) {
        Dataset other = set;
        change(other);
        return difference_of_settings(settings, Batches<float>(other, options).settings());
    };
    CHECK(differs([](Dataset& d) { d.source = "elsewhere"; }).empty());
    for (const std::size_t pixel : {0u, 47u, 479u}) {
        CHECK(differs([&](Dataset& d) { d.pixels[pixel] ^= 0x80; }).find("images and labels: xxh64 ") == 3);
    }
    CHECK(differs([](Dataset& d) { std::swap(d.labels[0], d.labels[1]); }).find("images and labels: xxh64 ") == 3);
    CHECK(differs([](Dataset& d) { d.height = 2, d.width = 8; }).find("images and labels: xxh64 ") == 3);
    CHECK(differs([](Dataset& d) { d.mean[1] = 0.1 + 0.2; }) ==
          "\n  mean: 0.5 0.4 0.3 there, 0.5 0.30000000000000004 0.3 here");
    CHECK(differs([](Dataset& d) { d.stddev[2] = 0.5; }) ==
          "\n  standard deviation: 0.2 0.3 0.4 there, 0.2 0.3 0.5 here");
}

TEST_CASE("data and options that cannot make batches are refused") {
    const Dataset data = numbered(10);
    CHECK(mentions(message_of<OptionError>([&] { Batches<float>(data, {.batch_size = 0}); }), "batch size: 0", "1 to"));
    CHECK(message_of<OptionError>([&] { Batches(data, {}, RandomCrop{5}); }) == "crop padding: 5 is not in 0 to 4");
    Dataset bad = data;
    bad.labels[3] = 5;
    CHECK(mentions(message_of<DataError>([&] { Batches<float>(bad, {}); }), "image 3", "label 5", "0 to 4"));
    const Dataset empty = data.described();
    CHECK(mentions(message_of<DataError>([&] { Batches<float>(empty, {}); }), "no images"));

    const Batches<float> batches(data, {.batch_size = 4});
    CHECK(mentions(message_of<DataError>([&] { (void)batches[3]; }), "no batch 3", "0 to 2"));
    CHECK_THROWS_AS((void)batches[-1], DataError);
    CHECK(Batches<float>(data, {.batch_size = 1000000000}).count() == 1);
}

static_assert(!std::is_constructible_v<Batches<float>, Dataset, BatchOptions>,
              "a data set that ends at once is refused");

}  // namespace batches_test
