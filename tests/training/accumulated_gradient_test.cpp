#include "norma/training/accumulated_gradient.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace accumulated_gradient_test {

using namespace norma;

TEST_CASE_TEMPLATE("accumulated gradient: the mean over all samples of batches of different sizes", T, float, double) {
    for (const std::size_t size : {1u, 16u, 37u}) {
        detail::AccumulatedGradient<T> accumulated(size);
        std::vector<T> first(size), second(size), result(size, T(-1));
        for (std::size_t i = 0; i < size; ++i) first[i] = T(4 * i), second[i] = T(8);
        for (int round = 0; round < 2; ++round) {  // the second begins anew
            accumulated.add(first, 3);
            CHECK(accumulated.batches() == 1);
            accumulated.add(second, 1);
            CHECK(accumulated.batches() == 2);
            CHECK(accumulated.weight() == 4);
            accumulated.take(result);
            for (std::size_t i = 0; i < size; ++i) CHECK(result[i] == T(3 * i + 2));
            CHECK(accumulated.batches() == 0);
        }
        accumulated.add(first, 0);  // all of its samples are ignored
        accumulated.take(result);
        CHECK(result == std::vector<T>(size, T(0)));
        accumulated.add(first, 3);

        // The rest depends on the sum and the counts alone.
        detail::AccumulatedGradient<T> resumed(size);
        resumed.batches() = accumulated.batches();
        resumed.weight() = accumulated.weight();
        std::ranges::copy(accumulated.sum(), resumed.sum().begin());
        resumed.add(second, 1);
        resumed.take(result);
        for (std::size_t i = 0; i < size; ++i) CHECK(result[i] == T(3 * i + 2));
    }
}

}  // namespace accumulated_gradient_test
