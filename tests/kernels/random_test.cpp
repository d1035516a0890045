#include "norma/kernels/random.hpp"

#include <doctest/doctest.h>

namespace random_test {

using namespace norma;

namespace {

template <int Lanes>
void check_blocks(Philox::Counter first, Philox::Key key) {
    std::uint32_t out[4][Lanes];
    kernels::philox_blocks(first, key, out);
    int equal = 0;
    for (int l = 0; l < Lanes; ++l) {
        Philox::Counter counter = first;
        counter[0] += static_cast<std::uint32_t>(l);
        const Philox::Counter expected = Philox::block(counter, key);
        for (std::size_t w = 0; w < 4; ++w) equal += out[w][l] == expected[w];
    }
    CHECK(equal == 4 * Lanes);
}

}  // namespace

TEST_CASE("many blocks at once equal the blocks one by one, also when the counter wraps") {
    check_blocks<16>({0, 0, 0, 0}, {0, 0});
    check_blocks<48>({0xfffffff8u, 7, 8, 9}, {~0u, 1});
    check_blocks<32>({1, 0xffffffffu, 3, 4}, {5, 0xffffffffu});
}

}  // namespace random_test
