#include "norma/data/tensor_dataset.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/message.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/cutout.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"

namespace tensor_dataset_test {

using namespace norma;

namespace {

/// Three samples of 2 × 1 × 2, numbered from 1, of classes 0, 1, 0.
TensorDataset<float, int> labelled() {
    return {.shape = {2, 1, 2},
            .inputs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
            .targets = {0, 1, 0},
            .classes = 2,
            .source = "a test"};
}
/// Five samples of 3 numbers, each with 2 targets.
TensorDataset<double, float> table() {
    TensorDataset<double, float> data{.shape = {3, 1, 1}, .target_size = 2};
    for (int i = 0; i < 15; ++i) data.inputs.push_back(0.5 * i);
    for (int i = 0; i < 10; ++i) data.targets.push_back(static_cast<float>(-i));
    return data;
}
/// Two byte images of 1 × 3 × 4 with a class of three for each pixel.
TensorDataset<std::uint8_t, std::uint8_t> masked() {
    TensorDataset<std::uint8_t, std::uint8_t> data{.shape = {1, 3, 4}, .classes = 3};
    for (int i = 0; i < 24; ++i) {
        data.inputs.push_back(static_cast<std::uint8_t>(10 * i));
        data.targets.push_back(static_cast<std::uint8_t>(i % 3));
    }
    return data;
}

template <class Data, class Change>
std::string complaint(Data data, const Change& change) {
    change(data);
    return message_of<DataError>([&] { data.validate(); });
}

static_assert(SampleSet<TensorDataset<>> && SampleSet<TensorDataset<double, float>> && SampleSet<Dataset>);
static_assert(std::is_same_v<TargetOf<TensorDataset<float, float>>, std::span<const float>>);
static_assert(ClassPerPixel<TargetOf<TensorDataset<float, std::uint16_t>>>);
static_assert(!ClassPerPixel<TargetOf<TensorDataset<float, float>>> && !ClassPerPixel<int>);

}  // namespace

TEST_CASE("a class, several numbers, or a class per pixel: batches hand out the targets with the inputs") {
    const auto classes = labelled();
    const Batches of_classes(classes, {.batch_size = 2});
    CHECK(of_classes.count() == 2);
    CHECK(of_classes.classes() == 2);
    CHECK(of_classes[0].target(1) == 1);
    std::vector<float> sample(4);
    of_classes[1].load(0, sample.data());
    CHECK(sample == std::vector<float>{9, 10, 11, 12});

    const auto numbers = table();
    const Batches of_numbers(numbers, {.batch_size = 5, .shuffle = true});
    static_assert(std::is_same_v<decltype(of_numbers), const Batches<double, TensorDataset<double, float>>>);
    const auto batch = of_numbers[0];
    for (int i = 0; i < 5; ++i) {
        const auto index = static_cast<double>(batch.index_of(i));
        std::vector<double> row(3);
        batch.load(i, row.data());
        CHECK(row == std::vector<double>{1.5 * index, 1.5 * index + 0.5, 1.5 * index + 1});
        REQUIRE(batch.target(i).size() == 2);
        CHECK(double{batch.target(i)[1]} == -2 * index - 1);
    }

    const auto pixels = masked();
    const Batches of_pixels(pixels);
    REQUIRE(of_pixels[0].target(1).size() == 12);
    CHECK(of_pixels[0].target(1)[2] == 14 % 3);
    std::vector<float> image(12);
    of_pixels[0].load(1, image.data());
    CHECK(image[3] == doctest::Approx(150 / 255.0));  // no mean and no stddev
}

TEST_CASE("mean and stddev of channels normalise floats too") {
    auto data = labelled();
    data.mean = {1, 2};
    data.stddev = {2, 0.5};
    std::vector<float> sample(4);
    Batches(std::as_const(data))[0].load(0, sample.data());
    CHECK(sample == std::vector<float>{0, 0, 1, 4});
}

TEST_CASE("the class of a pixel moves with the pixel; cutout leaves it") {
    auto data = masked();
    for (std::size_t i = 0; i < 24; ++i) data.inputs[i] = static_cast<std::uint8_t>(51 * data.targets[i]);
    Batches batches(data, {.seed = 3}, RandomCrop{1}, RandomFlip{});
    int wrong = 0, changed = 0;
    for (const int epoch : {0, 1, 2, 3}) {
        batches.start_epoch(epoch);
        for (int i = 0; i < 2; ++i) {
            std::vector<float> image(12);
            batches[0].load(i, image.data());
            const auto mask = batches[0].target(i);
            for (std::size_t k = 0; k < 12; ++k) {
                wrong += image[k] != doctest::Approx(0.2 * mask[k]);
                changed += mask[k] != data.target(std::size_t(i))[k];
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(changed > 0);
    const Batches cut(data, {}, Cutout{2});
    CHECK(cut[0].target(0).data() == data.targets.data());  // nothing is copied
}

TEST_CASE("a part of a data set; the last samples held out") {
    const auto [train, test] = table().hold_out(2);
    CHECK(train.size() == 3);
    CHECK(test.size() == 2);
    CHECK(test.inputs[0] == 4.5);
    CHECK(test.target(0)[0] == -6);
    CHECK(masked().slice(1, 2).target(0)[1] == 13 % 3);
    CHECK(
        mentions(message_of<DataError>([] { (void)labelled().slice(2, 4); }), "a test: there is no part", "3 samples"));
    CHECK(mentions(message_of<DataError>([] { (void)labelled().hold_out(3); }), "3 of 3 samples cannot be held out"));
}

TEST_CASE("the hash differs if any number, target or size does") {
    const std::uint64_t hash = labelled().hash();
    CHECK(labelled().hash() == hash);
    const auto differs = [&](const auto& change) {
        auto data = labelled();
        change(data);
        return data.hash() != hash;
    };
    CHECK(differs([](auto& d) { d.inputs[11] += 1; }));
    CHECK(differs([](auto& d) { d.targets[1] = 0; }));
    CHECK(differs([](auto& d) { d.shape = {4, 1, 1}; }));
}

TEST_CASE("one number per pixel does not move with the pixels and is refused beside a transform that moves them") {
    TensorDataset<float, float> data{.shape = {1, 2, 2}, .target_size = 4};
    data.inputs.assign(8, 0.5f);
    data.targets.assign(8, 1.0f);
    data.mean = {0};
    data.stddev = {1};
    data.source = "a test";
    CHECK(message_of<OptionError>([&] { Batches(data, {}, RandomFlip{}); }) ==
          "a test: a transform moves the pixels, but 4 numbers per sample, one per pixel, do not move with them; make "
          "targets std::uint8_t, the class of each pixel, or leave out the transform");
    CHECK(Batches(data, {}, Cutout{1}).size() == 2);
    data.target_size = 2;
    data.targets.resize(4);
    CHECK(Batches(data, {}, RandomFlip{}).size() == 2);
}

TEST_CASE("a tensor data set that is not consistent is refused, and the place of a bad number is named") {
    CHECK(complaint(labelled(), [](auto&) {}).empty());
    CHECK(complaint(table(), [](auto&) {}).empty());
    CHECK(complaint(masked(), [](auto&) {}).empty());
    CHECK(
        mentions(complaint(labelled(), [](auto& d) { d.shape.width = 0; }), "a test: ", "every size must be positive"));
    CHECK(mentions(complaint(labelled(), [](auto& d) { d.shape = {70000, 70000, 70000}; }), "a sample has at most"));
    CHECK(mentions(complaint(labelled(), [](auto& d) { d.inputs.clear(); }), "there are no samples"));
    CHECK(complaint(labelled(), [](auto& d) { d.inputs.pop_back(); }) ==
          "a test: 11 inputs are no whole number of samples of 2 × 1 × 2, 4 numbers each");
    CHECK(complaint(labelled(), [](auto& d) { d.targets.pop_back(); }) ==
          "a test: 2 targets for 3 samples; each needs 1, its class");
    CHECK(mentions(complaint(table(), [](auto& d) { d.target_size = 3; }), "10 targets for 5 samples; each needs 3"));
    CHECK(mentions(complaint(table(), [](auto& d) { d.target_size = 0; }), "target_size is 0"));
    CHECK(
        mentions(complaint(masked(), [](auto& d) { d.targets.pop_back(); }), "each needs 12, the class of each pixel"));
    CHECK(mentions(complaint(labelled(), [](auto& d) { d.classes = 0; }), "number of classes is 0"));
    CHECK(complaint(labelled(), [](auto& d) { d.targets[1] = 2; }) ==
          "a test: sample 1 has class 2; classes must be 0 to 1");
    CHECK(mentions(complaint(labelled(), [](auto& d) { d.targets[2] = -100; }), "sample 2 has class -100"));
    CHECK(mentions(complaint(masked(), [](auto& d) { d.targets[18] = 7; }),
                   "sample 1: row 1, column 2 has class 7; classes must be 0 to 2, or `ignored`"));
    CHECK(complaint(masked(), [](auto& d) { d.targets[18] = 255, d.ignored = 255; }).empty());
    CHECK(mentions(complaint(labelled(), [](auto& d) { d.mean = {0}; }), "1 means and 0 standard deviations"));
    CHECK(mentions(complaint(labelled(),
                             [](auto& d) {
                                 d.mean = {0, 0}, d.stddev = {1, 0};
                             }),
                   "the standard deviation of channel 1 is 0"));
    CHECK(complaint(labelled(), [](auto& d) { d.inputs[10] = std::numeric_limits<float>::quiet_NaN(); }) ==
          "a test: sample 2: the input of channel 0, row 0, column 1 is nan; all numbers must be finite");
    CHECK(mentions(complaint(table(), [](auto& d) { d.targets[7] = -std::numeric_limits<float>::infinity(); }),
                   "the data set: sample 3: target 1 is -inf"));
}

TEST_CASE("channels_last: PyTorch's order N, C, H, W becomes N, H, W, C") {
    std::vector<int> numbers(2 * 3 * 2 * 4);
    std::iota(numbers.begin(), numbers.end(), 0);
    const std::vector<int> out = channels_last(numbers, {3, 2, 4});
    int wrong = 0;
    std::size_t k = 0;
    for (int n = 0; n < 2; ++n) {
        for (int y = 0; y < 2; ++y) {
            for (int x = 0; x < 4; ++x) {
                for (int c = 0; c < 3; ++c) wrong += out[k++] != ((n * 3 + c) * 2 + y) * 4 + x;
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(mentions(message_of<DataError>([&] {
                       channels_last(numbers, {5, 2, 4});
                   }),
                   "channels_last: 48 numbers", "5 × 2 × 4"));
    CHECK_THROWS_AS(channels_last(numbers, {0, 2, 4}), DataError);
}

}  // namespace tensor_dataset_test
