#include "norma/data/synthetic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "../support/fnv.hpp"
#include "../support/message.hpp"
#include "norma/data/batches.hpp"

namespace synthetic_test {

using namespace norma;

TEST_CASE("the drawn images are the same bytes on every machine") {
    const TrainTest drawn = synthetic_dataset(200, 50, 1);
    Fnv fnv;
    fnv.add_all(drawn.train.pixels);
    fnv.add_all(drawn.test.pixels);
    CHECK(fnv.value() == 0x9b6781d5a837f514u);
}

TEST_CASE("both parts are complete data sets, with every class equally often") {
    const TrainTest drawn = synthetic_dataset(200, 50, 3);
    for (const Dataset* set : {&drawn.train, &drawn.test}) {
        set->validate();
        CHECK(set->extent() == Extent{3, 32, 32});
        std::array<std::size_t, 10> counts{};
        for (const std::uint16_t label : set->labels) ++counts.at(label);
        for (const std::size_t count : counts) CHECK(count == set->size() / 10);
    }
    CHECK(mentions(drawn.train.source, "synthetic", "seed 3"));
    CHECK(drawn.train.class_names[3] == "cross");
    CHECK_THROWS_AS((void)synthetic_dataset(0, 1, 1), DataError);
    CHECK_THROWS_AS((void)synthetic_dataset(1, 0, 1), DataError);
}

TEST_CASE("an image depends on seed and part, not on the number of images") {
    const TrainTest many = synthetic_dataset(60, 40, 1);
    const TrainTest few = synthetic_dataset(7, 3, 1);
    CHECK(many.train.first(7).pixels == few.train.pixels);
    CHECK(many.test.first(3).pixels == few.test.pixels);

    std::vector<std::uint8_t> alone(many.train.image_size());
    SyntheticPainter(1, 0).paint(59, alone.data());
    CHECK(std::equal(alone.begin(), alone.end(), many.train.image(59).begin()));

    const TrainTest other = synthetic_dataset(60, 40, 2);
    std::set<std::vector<std::uint8_t>> different;
    for (const Dataset* set : {&many.train, &many.test, &other.train, &other.test}) {
        for (std::size_t i = 0; i < set->size(); ++i) {
            const auto image = set->image(i);
            different.emplace(image.begin(), image.end());
        }
    }
    CHECK(different.size() == 200);
}

TEST_CASE("the mean and standard deviation are those of the pixels") {
    const Dataset set = synthetic_dataset(500, 1, 1).train;
    for (std::size_t c = 0; c < 3; ++c) {
        double sum = 0;
        double squares = 0;
        for (std::size_t i = c; i < set.pixels.size(); i += 3) {
            sum += set.pixels[i] / 255.0;
            squares += set.pixels[i] / 255.0 * set.pixels[i] / 255.0;
        }
        const double n = static_cast<double>(set.pixels.size()) / 3;
        CHECK(std::abs(sum / n - set.mean[c]) < 0.02);
        CHECK(std::abs(std::sqrt(squares / n - sum / n * sum / n) - set.stddev[c]) < 0.02);
    }
}

TEST_CASE("a linear classifier on the pixels stays under 60 percent") {
    constexpr std::size_t classes = 10;
    constexpr std::size_t inputs = 3072;
    constexpr float rate = 1e-4f;
    const TrainTest drawn = synthetic_dataset(2000, 500, 1);
    std::vector<float> weights(classes * inputs);
    std::vector<float> image(inputs);
    const auto scores_of = [&] {
        std::array<float, classes> scores{};
        for (std::size_t k = 0; k < classes; ++k) {
            for (std::size_t i = 0; i < inputs; ++i) scores[k] += weights[k * inputs + i] * image[i];
        }
        return scores;
    };
    Batches<float> train(drawn.train, {.batch_size = 2000, .shuffle = true});
    for (int epoch = 0; epoch < 6; ++epoch) {
        train.start_epoch(epoch);
        const auto batch = train[0];
        for (int n = 0; n < batch.size(); ++n) {
            batch.load(n, image.data());
            auto p = scores_of();
            const float most = *std::max_element(p.begin(), p.end());
            float sum = 0;
            for (float& value : p) sum += value = std::exp(value - most);
            for (std::size_t k = 0; k < classes; ++k) {
                const float error = p[k] / sum - (static_cast<int>(k) == batch.target(n) ? 1.0f : 0.0f);
                for (std::size_t i = 0; i < inputs; ++i) weights[k * inputs + i] -= rate * error * image[i];
            }
        }
    }
    const Batches<float> test(drawn.test, {.batch_size = 500});
    int right = 0;
    for (int n = 0; n < 500; ++n) {
        test[0].load(n, image.data());
        const auto scores = scores_of();
        right += std::max_element(scores.begin(), scores.end()) - scores.begin() == test[0].target(n);
    }
    MESSAGE("a linear classifier has " << right / 5.0 << " % right");
    CHECK(right < 300);
    CHECK(right > 50);  // it has learnt something, so the bound above means something
}

}  // namespace synthetic_test
