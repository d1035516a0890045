#include "norma/data/transform.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "norma/data/cutout.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"

namespace transform_test {

using namespace norma;

namespace {

/// Adds a number, and notes how it was called.
struct Plus {
    int number = 0;

    std::vector<Setting> settings() const { return {{"plus", setting_text(number)}}; }
    template <class T>
    void apply(const SampleName& name, const SampleValues<T>& sample) const {
        for (T& value : sample.values) value = value * 10 + T(number + static_cast<int>(name.position));
    }
};
/// Not a transform, for it has no settings.
struct Nameless {
    Placement place(const SampleName&, Extent) const { return {}; }
};
static_assert(Transform<Plus> && Transform<RandomCrop> && Transform<RandomFlip> && Transform<AlternatingFlip>);
static_assert(Transform<Cutout> && !Transform<Nameless> && !Transform<int>);

const Normalisation<float> plain(std::vector<double>(1, 0), std::vector<double>(1, 1), 1);

}  // namespace

TEST_CASE("transforms run one after another, each with its position") {
    const TransformList list(Plus{1}, Plus{2}, Plus{3});
    const std::vector<float> image{1, 2};
    std::vector<float> out(2);
    list.load(plain, image.data(), {1, 1, 2}, {}, out.data());
    CHECK(out == std::vector<float>{1135, 2135});
    CHECK(list.mixture({}, {1, 1, 2}) == Mixture{});
}

TEST_CASE("moves come before changes, and each sample's own are drawn from its name") {
    const TransformList list(RandomCrop{2}, RandomFlip{}, Cutout{3});
    static_assert(list.moves == 2 && list.any && !list.mixes);
    const Extent extent{1, 6, 6};
    std::vector<float> image(36), out(36), expected(36);
    for (std::size_t i = 0; i < 36; ++i) image[i] = float(i + 1);
    std::set<std::vector<float>> seen;
    int wrong = 0;
    for (std::size_t i = 0; i < 30; ++i) {
        const SampleName name{.seed = 4, .epoch = 1, .index = i};
        list.load(plain, image.data(), extent, name, out.data());
        const std::vector<Placement> places{RandomCrop{2}.place(name, extent), RandomFlip{}.place(name, extent)};
        load_placed<float, float>(plain, image.data(), extent, places, expected.data());
        Cutout{3}.apply(name, SampleValues<float>{expected, extent, plain});
        wrong += out != expected;
        seen.insert(out);
    }
    CHECK(wrong == 0);
    CHECK(seen.size() > 25);
}

TEST_CASE("a transform that comes twice draws other numbers the second time") {
    const TransformList twice(Cutout{1}, Cutout{1});
    const std::vector<float> image(400, 1);
    std::vector<float> out(400);
    int holes = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        twice.load(plain, image.data(), {1, 20, 20}, {.index = i}, out.data());
        for (const float value : out) holes += value == 0;
    }
    CHECK(holes > 35);
}

TEST_CASE("random numbers of a transform: equal for equal names, others for another seed, epoch, sample or position") {
    const SampleName name{5, 3, 7};
    const auto first = [](const SampleName& of) { return of.random().bits(); };
    CHECK(first(name) == first(name));
    const std::set<std::uint32_t> all{
        first(name),         first({6, 3, 7}),         first({5, 4, 7}),        first({5, 3, 8}),
        first({5, 3, 7, 1}), name.random_of(0).bits(), name.random_of(1).bits()};
    CHECK(all.size() == 7);
}

TEST_CASE("settings have the number of their transform; options are verified for the shape") {
    const TransformList list(RandomCrop{2}, Cutout{3});
    const std::vector<Setting> expected{
        {"transform 1, crop padding", "2"}, {"transform 1, crop padding mode", "zeros"}, {"transform 2, cutout", "3"}};
    CHECK(list.settings() == expected);
    CHECK_NOTHROW(list.validate({3, 4, 4}));
    CHECK(message_of<OptionError>([&] { list.validate({3, 2, 9}); }) == "cutout: 3 is not in 0 to 2");
    CHECK_NOTHROW(TransformList(Plus{}).validate({3, 4, 4}));
}

}  // namespace transform_test
