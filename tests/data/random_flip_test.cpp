#include "norma/data/random_flip.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../support/message.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/tensor_dataset.hpp"

namespace random_flip_test {

using namespace norma;

namespace {
constexpr Extent extent{3, 8, 8};
constexpr int draws = 9000;

template <class Flip>
int mirrored(const Flip& flip, int epoch) {
    int count = 0;
    for (std::size_t i = 0; i < draws; ++i) {
        const Placement place = flip.place({1, epoch, i}, extent);
        REQUIRE(place == Placement{.mirrored = place.mirrored});
        count += place.mirrored;
    }
    return count;
}
}  // namespace

TEST_CASE("a flip mirrors the share of images that it is told, others in each epoch") {
    CHECK(std::abs(mirrored(RandomFlip{}, 2) - draws / 2) < 240);
    CHECK(std::abs(mirrored(RandomFlip{0.2}, 2) - draws / 5) < 200);
    CHECK(mirrored(RandomFlip{0}, 2) == 0);
    CHECK(mirrored(RandomFlip{1}, 2) == draws);
    // As drawn since the first version.
    CHECK(RandomFlip{}.place({1, 2, 0}, extent).mirrored == false);
    CHECK(RandomFlip{}.place({1, 2, 1}, extent).mirrored == true);
    int changed = 0;
    for (std::size_t i = 0; i < draws; ++i) {
        changed += RandomFlip{}.place({1, 2, i}, extent) != RandomFlip{}.place({1, 3, i}, extent);
    }
    CHECK(std::abs(changed - draws / 2) < 240);
    for (const double bad : {-0.1, 1.1}) {
        CHECK(mentions(message_of<OptionError>([&] { RandomFlip{bad}.validate(extent); }),
                       "flip probability: ", "is not in 0 to 1"));
    }
    CHECK_THROWS_AS(RandomFlip{std::nan("")}.validate(extent), OptionError);
}

TEST_CASE("an alternating flip mirrors half of the images in even epochs, and the others in odd ones") {
    CHECK(std::abs(mirrored(AlternatingFlip{}, 0) - draws / 2) < 240);
    int wrong = 0;
    for (std::size_t i = 0; i < draws; ++i) {
        const bool first = AlternatingFlip{}.place({1, 0, i}, extent).mirrored;
        wrong += first != RandomFlip{}.place({1, 0, i}, extent).mirrored;
        for (int epoch = 1; epoch < 5; ++epoch) {
            wrong += AlternatingFlip{}.place({1, epoch, i}, extent).mirrored != (first != (epoch % 2 == 1));
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("an alternating flip shows a sample that weights draw several times in turn in either way") {
    TensorDataset<float> data{.shape = {1, 1, 2}, .classes = 1};
    std::vector<double> weights;
    for (int i = 0; i < 100; ++i) {
        data.inputs.insert(data.inputs.end(), {static_cast<float>(2 * i), static_cast<float>(2 * i + 1)});
        data.targets.push_back(0);
        weights.push_back(i < 10 ? 4 : 1);
    }
    Batches batches(data, {.batch_size = 100, .seed = 3, .sample_weights = weights}, AlternatingFlip{});
    std::vector<int> first_way(100);  // 1 as it is, 2 mirrored; of the first draw in an even epoch
    int again = 0, wrong = 0;
    for (const int epoch : {0, 1, 2, 7}) {
        batches.start_epoch(epoch);
        std::vector<int> draws(100);
        for (int i = 0; i < 100; ++i) {
            float pair[2];
            batches[0].load(i, pair);
            const std::size_t sample = batches[0].index_of(i);
            const int draw = draws[sample]++;
            again += draw > 0;
            const int way = (pair[0] > pair[1]) != ((epoch + draw) % 2 == 1) ? 2 : 1;
            if (first_way[sample] == 0) first_way[sample] = way;
            wrong += way != first_way[sample];
        }
    }
    CHECK(again > 50);
    CHECK(wrong == 0);
    CHECK(std::ranges::count(first_way, 1) > 20);
    CHECK(std::ranges::count(first_way, 2) > 20);
}

}  // namespace random_flip_test
