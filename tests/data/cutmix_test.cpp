#include "norma/data/cutmix.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../support/message.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/tensor_dataset.hpp"

namespace cutmix_test {

using namespace norma;

TEST_CASE("cutmix: a rectangle of another sample, and classes in the share of the areas") {
    constexpr int height = 6, width = 9, samples = 60;
    TensorDataset<float, int> data{.shape = {2, height, width}, .classes = samples};
    for (int i = 0; i < samples; ++i) {
        data.inputs.insert(data.inputs.end(), 2 * height * width, static_cast<float>(i));
        data.targets.push_back(i);
    }
    Batches batches(data, {.batch_size = samples}, CutMix{});
    int mixed = 0;
    for (const int epoch : {0, 1, 2}) {
        batches.start_epoch(epoch);
        for (int i = 0; i < samples; ++i) {
            const MixedClass target = batches[0].target(i);
            std::vector<float> sample(2 * height * width);
            batches[0].load(i, sample.data());
            int own = 0, top = height, left = width, bottom = 0, right = 0;
            for (int k = 0; k < height * width; ++k) {
                const float value = sample[std::size_t(2 * k)];
                REQUIRE(sample[std::size_t(2 * k + 1)] == value);
                REQUIRE((value == float(target.first) || value == float(target.second)));
                own += value == float(target.first);
                if (value == float(target.first)) continue;
                top = std::min(top, k / width), bottom = std::max(bottom, k / width + 1);
                left = std::min(left, k % width), right = std::max(right, k % width + 1);
            }
            CHECK(target.first == i);
            if (target.first == target.second) continue;
            const int area = own == height * width ? 0 : (bottom - top) * (right - left);
            CHECK(own + area == height * width);  // all pixels of the rectangle are the other's
            CHECK(target.share == doctest::Approx(double(own) / (height * width)));
            mixed += area > 0;
        }
    }
    CHECK(mixed > 100);
    CHECK_THROWS_AS(Batches(data, {}, CutMix{-1}), OptionError);
}

TEST_CASE("cutmix: the rectangle is torchvision's, of half the square root of the rest on each side of its centre") {
    const Extent extent{3, 32, 32};
    int wrong = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        const SampleName name{.seed = 5, .index = i};
        RandomSequence random = name.random_of(4);
        const double half = 0.5 * std::sqrt(1 - detail::draw_beta(random, 1));
        const int x = static_cast<int>(random.below(32)), y = static_cast<int>(random.below(32));
        const int reach = static_cast<int>(half * 32);
        const PixelBox box{std::max(y - reach, 0), std::max(x - reach, 0), std::min(y + reach, 32),
                           std::min(x + reach, 32)};
        wrong += CutMix{}.mixture(name, extent) != Mixture{1 - box.pixels() / 1024.0, box};
    }
    CHECK(wrong == 0);
}

}  // namespace cutmix_test
