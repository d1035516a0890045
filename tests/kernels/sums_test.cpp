#include "norma/kernels/sums.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace sums_test {

using namespace norma;
using namespace norma::kernels;

namespace {

/// The kernels for one extent, so that what compares them is compiled once.
template <class T>
struct Sums {
    Extent extent;
    void (*sums)(const T*, T*);
    void (*squares)(const T*, T*);
    void (*deviations)(const T*, const T*, T*, T*);
};

template <class T, Extent E>
constexpr Sums<T> sums_of{E, channel_sums<T, E>, channel_squares<T, E>, channel_deviations<T, E>};

template <class T>
void check_sums(const Sums<T>& k) {
    const int channels = k.extent.channels;
    INFO(channels, "x", k.extent.height, "x", k.extent.width);
    const std::vector<T> x = whole_numbers<T>(k.extent.size(), 1);
    const std::vector<T> centre = whole_numbers<T>(channels, 2);
    const std::vector<T> zeros(centre.size());
    std::vector<T> sums = zeros, squares = zeros, deviations = zeros, squared_deviations = zeros;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i % centre.size();
        sums[c] += x[i];
        squares[c] += x[i] * x[i];
        deviations[c] += x[i] - centre[c];
        squared_deviations[c] += (x[i] - centre[c]) * (x[i] - centre[c]);
    }
    Guarded<T> out(channels);
    Guarded<T> second(channels);
    k.sums(x.data(), out.data());
    CHECK(out.differences(sums) == 0);
    k.squares(x.data(), second.data());
    CHECK(second.differences(squares) == 0);
    out = second = Guarded<T>(channels);
    k.deviations(x.data(), centre.data(), out.data(), second.data());
    CHECK(out.differences(deviations) == 0);
    CHECK(second.differences(squared_deviations) == 0);
}

template <class T, int Count>
void check_neighbours() {
    const std::vector<T> x = whole_numbers<T>(Count, 3);
    T sum = 0;
    for (const T value : x) sum += value;
    CHECK(sum_of<T, Count>(x.data()) == sum);
}

}  // namespace

TEST_CASE_TEMPLATE("sums and squares by channel are those of plain loops, bit by bit", T, float, double) {
    check_sums(sums_of<T, Extent{1, 1, 1}>);
    check_sums(sums_of<T, Extent{3, 1, 2}>);
    check_sums(sums_of<T, Extent{6, 5, 7}>);
    check_sums(sums_of<T, Extent{16, 3, 3}>);
    check_sums(sums_of<T, Extent{17, 4, 9}>);
    check_sums(sums_of<T, Extent{47, 2, 3}>);
}

TEST_CASE_TEMPLATE("images of several blocks, with a full or a short last block", T, float, double) {
    static_assert(block_pixels == 1024);
    check_sums(sums_of<T, Extent{3, 32, 32}>);
    check_sums(sums_of<T, Extent{3, 32, 64}>);
    check_sums(sums_of<T, Extent{17, 45, 91}>);
}

TEST_CASE_TEMPLATE("sums of neighbours are those of a plain loop", T, float, double) {
    check_neighbours<T, 1>();
    check_neighbours<T, 7>();
    check_neighbours<T, 64>();
    check_neighbours<T, 999>();
}

}  // namespace sums_test
