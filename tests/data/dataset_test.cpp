#include "norma/data/dataset.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include "../support/message.hpp"

namespace dataset_test {

using namespace norma;

namespace {

/// `n` images of 2 channels, 3 × 2; value = 1 + image · 12 + place.
Dataset small(std::size_t n) {
    Dataset set{.channels = 2,
                .height = 3,
                .width = 2,
                .classes = 3,
                .pixels = {},
                .labels = {},
                .class_names = {"a", "b", "c"},
                .source = "a test",
                .mean = {0.5, 0.25},
                .stddev = {0.5, 0.25}};
    for (std::size_t i = 0; i < n; ++i) {
        set.labels.push_back(static_cast<std::uint8_t>(i % 3));
        for (std::size_t k = 0; k < 12; ++k) set.pixels.push_back(static_cast<std::uint8_t>(1 + 12 * i + k));
    }
    return set;
}

/// What `validate` says after `change`.
template <class Change>
std::string complaint(const Change& change) {
    Dataset set = small(4);
    change(set);
    return message_of<DataError>([&] { set.validate(); });
}

}  // namespace

TEST_CASE("image(i) gives the bytes of image i") {
    const Dataset set = small(4);
    CHECK(set.size() == 4);
    CHECK(set.extent() == Extent{2, 3, 2});
    REQUIRE(set.image(3).size() == 12);
    CHECK(set.image(3)[0] == 37);
    CHECK(set.image(3)[11] == 48);
    CHECK(mentions(message_of<DataError>([&] { (void)set.image(4); }), "a test", "no image 4", "has 4"));
}

TEST_CASE("a part keeps the sizes, names, mean and standard deviation") {
    const Dataset set = small(7);
    const Dataset part = set.slice(2, 5);
    CHECK(part.labels == std::vector<std::uint16_t>{2, 0, 1});
    CHECK(part.pixels.size() == 36);
    CHECK(part.image(0)[0] == set.image(2)[0]);
    CHECK(part.class_names == set.class_names);
    CHECK(part.mean == set.mean);
    CHECK(part.stddev == set.stddev);
    part.validate();

    CHECK(set.first(7).pixels == set.pixels);
    CHECK(set.first(2).labels == std::vector<std::uint16_t>{0, 1});
    const TrainTest split = set.hold_out(2);
    CHECK(split.train.size() == 5);
    CHECK(split.train.pixels == set.first(5).pixels);
    CHECK(split.test.pixels == set.slice(5, 7).pixels);
    CHECK(split.test.labels == std::vector<std::uint16_t>{2, 0});
}

TEST_CASE("an impossible part is refused, and the message gives the range") {
    const Dataset set = small(7);
    CHECK(mentions(message_of<DataError>([&] { (void)set.first(8); }), "first(8)", "1 to 7"));
    CHECK(mentions(message_of<DataError>([&] { (void)set.first(0); }), "first(0)", "1 to 7"));
    CHECK(mentions(message_of<DataError>([&] { (void)set.hold_out(7); }), "7 of 7 images", "one left"));
    CHECK_THROWS_AS((void)set.hold_out(0), DataError);
    CHECK_THROWS_AS((void)Dataset{}.hold_out(1), DataError);
    CHECK_THROWS_AS((void)set.slice(3, 3), DataError);
    CHECK_THROWS_AS((void)set.slice(3, 8), DataError);
    CHECK_THROWS_AS((void)set.slice(5, 3), DataError);
}

TEST_CASE("padding puts the image in the middle, with zeros around it") {
    const Dataset set = small(2);
    const Dataset padded = set.padded(6, 5);
    CHECK(padded.extent() == Extent{2, 6, 5});
    padded.validate();
    int wrong = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        for (int y = 0; y < 6; ++y) {
            for (int x = 0; x < 5; ++x) {
                for (int c = 0; c < 2; ++c) {
                    const bool inside = y >= 1 && y < 4 && x >= 1 && x < 3;
                    const int from = ((y - 1) * 2 + x - 1) * 2 + c;
                    const int expected = inside ? set.image(i)[static_cast<std::size_t>(from)] : 0;
                    wrong += padded.image(i)[static_cast<std::size_t>((y * 5 + x) * 2 + c)] != expected;
                }
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(set.padded(3, 2).pixels == set.pixels);
    CHECK(mentions(message_of<DataError>([&] { (void)set.padded(32, 1); }), "3 × 2", "32 × 1"));
    CHECK_THROWS_AS((void)set.padded(2, 32), DataError);
}

TEST_CASE("the channel of grey images can be repeated") {
    Dataset grey{1, 1, 2, 2, {7, 8, 9, 10}, {0, 1}, {"a", "b"}, "grey", {0.5}, {0.25}};
    const Dataset colour = grey.repeated(3);
    colour.validate();
    CHECK(colour.extent() == Extent{3, 1, 2});
    CHECK(colour.pixels == std::vector<std::uint8_t>{7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10});
    CHECK(colour.mean == std::vector<double>{0.5, 0.5, 0.5});
    CHECK(mentions(message_of<DataError>([&] { (void)colour.repeated(3); }), "grey", "3 channels"));
    CHECK_THROWS_AS((void)grey.repeated(0), DataError);
}

TEST_CASE("a data set may have more than 256 classes; the hash of one with fewer is that of bytes") {
    Dataset set = small(4);
    CHECK(set.hash() == 0x65af0301526b0a1au);
    set.classes = 1000;
    set.class_names.assign(1000, "a name");
    set.labels = {999, 0, 256, 3};
    set.validate();
    CHECK(set.target(0) == 999);
    CHECK(set.slice(2, 3).labels == std::vector<std::uint16_t>{256});
    const std::uint64_t before = set.hash();
    set.labels[2] = 512;
    CHECK(set.hash() != before);
    set.labels[1] = 1000;
    CHECK(message_of<DataError>([&] { set.validate(); }) == "a test: image 1 has label 1000; labels must be 0 to 999");
}

TEST_CASE("a data set that is not consistent is refused in one sentence") {
    CHECK(complaint([](Dataset&) {}).empty());
    CHECK(mentions(complaint([](Dataset& s) { s.labels[2] = 3; }), "a test", "image 2", "label 3", "0 to 2"));
    CHECK(mentions(complaint([](Dataset& s) { s.pixels.pop_back(); }), "47 bytes", "48"));
    CHECK(mentions(complaint([](Dataset& s) { s.labels.clear(); }), "no images"));
    CHECK(mentions(complaint([](Dataset& s) { s.class_names.pop_back(); }), "2 class names", "3 classes"));
    CHECK(mentions(complaint([](Dataset& s) { s.classes = 0; }), "0 classes"));
    CHECK(mentions(complaint([](Dataset& s) { s.classes = 65537; }), "65537 classes", "1 to 65536"));
    CHECK(mentions(complaint([](Dataset& s) { s.width = 0; }), "every size must be positive"));
    CHECK(mentions(complaint([](Dataset& s) { s.mean.clear(); }), "0 means"));
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {0.0, -0.2, 1e-300, 9e-7, 2e6, 1e300, infinity, -infinity, no_number}) {
        CHECK(mentions(complaint([&](Dataset& s) { s.stddev[1] = bad; }),
                       "a test: the standard deviation of channel 1 is ", "value / 255, and must be in 1e-6 to 1e6"));
    }
    for (const double bad : {infinity, -infinity, no_number, 1e300, -2e6}) {
        CHECK(mentions(complaint([&](Dataset& s) { s.mean[0] = bad; }), "a test: the mean of channel 0 is ",
                       "value / 255, and must be in -1e6 to 1e6"));
    }
    CHECK(complaint([](Dataset& s) { s.mean = {-127.5, 1e6}, s.stddev = {1e-6, 63}; }).empty());
    CHECK(mentions(complaint([](Dataset& s) { s.channels = s.height = s.width = 65536; }), "an image has at most"));
}

TEST_CASE("pixels are not read beyond their end if there are fewer than labels and sizes need") {
    Dataset grey{1, 1, 2, 2, {7, 8, 9, 10}, {0, 1}, {"a", "b"}, "grey", {0.5}, {0.25}};
    const auto refused = [](const Dataset& set) {
        int times = 0;
        for (const auto& call :
             {std::function<void()>([&] { (void)set.image(1); }), std::function<void()>([&] { (void)set.first(1); }),
              std::function<void()>([&] { (void)set.hold_out(1); }),
              std::function<void()>([&] { (void)set.padded(10, 10); }),
              std::function<void()>([&] { (void)set.repeated(3); })}) {
            times += !message_of<DataError>(call).empty();
        }
        return times;
    };
    CHECK(refused(grey) == 0);
    Dataset bad = grey;
    bad.pixels.pop_back();
    CHECK(refused(bad) == 5);
    bad = grey;
    bad.height = -1;
    CHECK(refused(bad) == 5);
    bad = grey;
    bad.width = 65536;
    bad.height = 65536;
    CHECK(refused(bad) == 5);
    bad = grey;
    bad.mean.clear();
    CHECK(mentions(message_of<DataError>([&] { (void)bad.repeated(3); }),
                   "one mean and one standard deviation, not 0 and 1"));
    CHECK(mentions(message_of<DataError>([&] { (void)grey.repeated(1 << 28); }), "an image has at most"));
    CHECK(mentions(message_of<DataError>([&] { (void)grey.padded(65536, 65536); }), "an image has at most"));
}

}  // namespace dataset_test
