#include "norma/training/network_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "../support/small_network.hpp"
#include "norma/norm/batch.hpp"

namespace network_numbers_test {

using namespace norma;

TEST_CASE("network numbers: parameters and running statistics are the network's own") {
    using Net = SmallNetwork<BatchNorm>;
    Net network(1);
    const detail::NetworkNumbers<float> numbers = detail::numbers_of(network);
    CHECK(numbers[0].data() == network.parameters().data());
    CHECK(numbers[1].data() == network.running_mean().data());
    CHECK(numbers[2].data() == network.running_var().data());
    CHECK(numbers[0].size() == network.parameters().size());
}

TEST_CASE("network numbers: a copy moves by a share of the way, whatever the length of the arrays") {
    for (const std::size_t size : {0u, 1u, 5u, 16u, 37u}) {
        std::vector<double> a(size), b(size), c(size);
        const detail::NetworkNumbers<double> network{a, b, c};
        detail::NumbersCopy<double> copy(network);
        for (std::size_t i = 0; i < size; ++i) a[i] = 8.0 * double(i), b[i] = 16, c[i] = -4.0 * double(i);
        copy.copy_from(network);
        for (std::size_t i = 0; i < size; ++i) a[i] = 0, b[i] = 32, c[i] = 4;
        copy.move_towards(network, 0.25);
        CHECK(a == std::vector<double>(size, 0));  // the network itself does not change
        copy.copy_to(network);
        for (std::size_t i = 0; i < size; ++i) {
            CHECK(a[i] == 6.0 * double(i));
            CHECK(b[i] == 20);
            CHECK(c[i] == -3.0 * double(i) + 1);
        }
        CHECK(std::ranges::equal(copy.array(0), a));
        CHECK(copy.array(2).size() == size);
    }
}

}  // namespace network_numbers_test
