#include "norma/core/aligned_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace aligned_buffer_test {

using namespace norma;

static_assert(aligned_count<float>(0) == 0);
static_assert(aligned_count<float>(1) == 16);
static_assert(aligned_count<float>(16) == 16);
static_assert(aligned_count<double>(9) == 16);

TEST_CASE_TEMPLATE("a buffer is aligned, zero, and readable a cache line beyond its end", T, float, double,
                   std::uint8_t) {
    for (const std::size_t n : {0u, 1u, 15u, 16u, 17u, 1000u}) {
        AlignedBuffer<T> buffer(n);
        CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % alignment == 0);
        REQUIRE(buffer.size() == n);
        T sum = 0;
        for (std::size_t i = 0; i < n + alignment / sizeof(T); ++i) sum = static_cast<T>(sum + buffer.data()[i]);
        CHECK(sum == 0);
    }
}

TEST_CASE("a large buffer is zero and readable a cache line beyond its end, below and above the size of large pages") {
    constexpr std::size_t two_pages = 2 * detail::large_page / sizeof(float);
    for (const std::size_t n : {two_pages - 17, two_pages - 16, two_pages, two_pages + 1000}) {
        AlignedBuffer<float> buffer(n);
        const bool is_large = n + alignment / sizeof(float) >= two_pages;
        CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % (is_large ? detail::large_page : alignment) == 0);
        CHECK(
            std::all_of(buffer.data(), buffer.data() + n + alignment / sizeof(float), [](float x) { return x == 0; }));
        buffer[n - 1] = 1;
        AlignedBuffer<float> copy = buffer;
        CHECK(copy[n - 1] == 1);
        buffer = AlignedBuffer<float>(1);
        copy = std::move(buffer);
        CHECK(copy.size() == 1);
    }
}

TEST_CASE("copies are deep, and a moved-from buffer is empty") {
    AlignedBuffer<float> a(5);
    for (std::size_t i = 0; i < 5; ++i) a[i] = static_cast<float>(i);
    AlignedBuffer<float> copy = a;
    a[2] = 100;
    CHECK(copy[2] == 2);

    const float* const where = copy.data();
    AlignedBuffer<float> moved = std::move(copy);
    CHECK(moved.data() == where);
    CHECK(copy.size() == 0);  // NOLINT: looked at on purpose
    CHECK(copy.data() == nullptr);

    a = moved;
    CHECK(a[2] == 2);
    CHECK(a.data() != moved.data());
    AlignedBuffer<float>& alias = a;
    a = alias;
    CHECK(a[4] == 4);
    a = AlignedBuffer<float>();
    CHECK(a.begin() == a.end());
    const AlignedBuffer<float> of_nothing = a;
    CHECK(of_nothing.size() == 0);
}

TEST_CASE("a buffer is a span") {
    AlignedBuffer<double> a(3);
    std::span<double> view = a;
    view[1] = 4;
    const AlignedBuffer<double>& constant = a;
    const std::span<const double> read = constant;
    CHECK(read.size() == 3);
    CHECK(read[1] == 4);
}

}  // namespace aligned_buffer_test
