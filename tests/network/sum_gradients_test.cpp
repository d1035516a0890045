#include "norma/network/sum_gradients.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace sum_gradients_test {

using namespace norma;

TEST_CASE("gradients of all chunks are added into the first, at any size and number of threads") {
    for (const int count : {1, 3}) {
        Threads threads(count);
        for (const long long size : {1, 255, 256, 257, 4095, 4096, 4097, 10'000}) {
            for (const int chunks : {1, 2, 7, 16}) {
                CAPTURE(size);
                CAPTURE(chunks);
                const std::size_t stride = std::size_t(size) + 3;
                // Small integers, which any order adds exactly; -1 between the arrays must stay.
                std::vector<float> numbers(stride * std::size_t(chunks), -1);
                std::vector<float> expected(std::size_t(size), 0);
                for (std::size_t c = 0; c < std::size_t(chunks); ++c) {
                    for (std::size_t i = 0; i < std::size_t(size); ++i) {
                        numbers[c * stride + i] = float((c + 1) * (i % 101));
                        expected[i] += float((c + 1) * (i % 101));
                    }
                }
                detail::sum_gradients(threads, numbers.data(), size, stride, chunks);
                CHECK(std::vector<float>(numbers.begin(), numbers.begin() + size) == expected);
                bool gaps_stay = true;
                for (std::size_t c = 0; c < std::size_t(chunks); ++c) {
                    for (std::size_t i = std::size_t(size); i < stride; ++i) {
                        gaps_stay = gaps_stay && numbers[c * stride + i] == -1;
                    }
                }
                CHECK(gaps_stay);
            }
        }
    }
}

}  // namespace sum_gradients_test
