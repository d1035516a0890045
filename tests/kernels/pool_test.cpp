#include "norma/kernels/pool.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "../support/guarded_bytes.hpp"
#include "../support/numbers.hpp"
#include "image.hpp"

namespace pool_test {

using namespace norma;
using namespace norma::kernels;

namespace {

constexpr Pooling pooling(Extent input, int kernel, int stride, int padding = 0) {
    const auto size = [=](int n) { return (n + 2 * padding - kernel) / stride + 1; };
    return {input,
            {input.channels, size(input.height), size(input.width)},
            {kernel, kernel},
            {stride, stride},
            {padding, padding}};
}

template <class T>
struct Kernels {
    Pooling l;
    void (*max)(const T*, T*);
    void (*max_gradient)(const T*, const T*, const T*, T*);
    void (*max_gradient_add)(const T*, const T*, const T*, T*);
    void (*marked)(const T*, T*, std::uint8_t*);
    void (*marked_gradient)(const std::uint8_t*, const T*, T*);
    void (*marked_gradient_add)(const std::uint8_t*, const T*, T*);
    void (*mean)(const T*, T*);
    void (*mean_gradient)(const T*, T*);
    void (*mean_gradient_add)(const T*, T*);
};

template <class T, Pooling L>
constexpr Kernels<T> kernels_of{L,
                                max_pool<T, L>,
                                max_pool_gradient<T, L>,
                                max_pool_gradient<T, L, Write::add>,
                                marked_max_pool<T, L>,
                                marked_max_pool_gradient<T, L>,
                                marked_max_pool_gradient<T, L, Write::add>,
                                average_pool<T, L>,
                                average_pool_gradient<T, L>,
                                average_pool_gradient<T, L, Write::add>};

/// Calls `visit(output index, input indices of its window in row order)`.
template <class Visit>
void for_each_window(const Pooling& l, const Visit& visit) {
    for (int oy = 0; oy < l.output.height; ++oy) {
        for (int ox = 0; ox < l.output.width; ++ox) {
            for (int c = 0; c < l.input.channels; ++c) {
                std::vector<std::size_t> window;
                const int top = oy * l.stride.height - l.padding.height;
                const int left = ox * l.stride.width - l.padding.width;
                for (int y = top; y < top + l.kernel.height; ++y) {
                    for (int x = left; x < left + l.kernel.width; ++x) {
                        if (y < 0 || y >= l.input.height || x < 0 || x >= l.input.width) continue;
                        window.push_back(static_cast<std::size_t>((y * l.input.width + x) * l.input.channels + c));
                    }
                }
                visit(static_cast<std::size_t>((oy * l.output.width + ox) * l.input.channels + c), window);
            }
        }
    }
}

template <class T>
void check(const Kernels<T>& k) {
    const Pooling& l = k.l;
    INFO(l.input.channels, "x", l.input.height, "x", l.input.width, ", kernel ", l.kernel.height, "x", l.kernel.width,
         ", stride ", l.stride.height, "x", l.stride.width, ", padding ", l.padding.height, "x", l.padding.width);
    const std::vector<T> x = whole_numbers<T>(l.input.size(), 1, 3);  // few values, so that many are equal
    std::vector<T> dy = whole_numbers<T>(l.output.size(), 2);
    // Shares of a window are exact in binary if the gradient is a multiple of its size.
    std::vector<T> dy_of_mean = dy;
    for (T& v : dy_of_mean) v *= static_cast<T>(l.kernel.pixels());
    const std::vector<T> old = whole_numbers<T>(l.input.size(), 3, 100);

    std::vector<T> y(dy.size());
    std::vector<T> mean(dy.size());
    std::vector<T> dx(x.size());
    std::vector<T> dx_of_mean(x.size());
    for_each_window(l, [&](std::size_t out, const std::vector<std::size_t>& window) {
        std::size_t first_largest = window.at(0);
        for (const std::size_t i : window) {
            if (x[i] > x[first_largest]) first_largest = i;
            mean[out] += x[i];
            dx_of_mean[i] += dy[out];
        }
        y[out] = x[first_largest];
        dx[first_largest] += dy[out];
        mean[out] /= static_cast<T>(l.kernel.pixels());
    });
    const auto added = [&](std::vector<T> values) {
        for (std::size_t i = 0; i < values.size(); ++i) values[i] += old[i];
        return values;
    };
    const double rounding = sizeof(T) == 4 ? 1e-6 : 1e-14;

    Guarded<T> out(l.output.size());
    k.max(x.data(), out.data());
    CHECK(out.differences(y) == 0);
    out = Guarded<T>(l.output.size());
    GuardedBytes marks(l.output.size());
    k.marked(x.data(), out.data(), marks.data());
    CHECK(out.differences(y) == 0);
    CHECK(marks.intact());
    out = Guarded<T>(l.output.size());
    k.mean(x.data(), out.data());
    CHECK(out.intact());
    CHECK(error_of(out.copy(), mean) < rounding);

    Guarded<T> in(l.input.size());
    k.max_gradient(x.data(), y.data(), dy.data(), in.data());
    CHECK(in.differences(dx) == 0);
    in = Guarded<T>(old);
    k.max_gradient_add(x.data(), y.data(), dy.data(), in.data());
    CHECK(in.differences(added(dx)) == 0);
    in = Guarded<T>(l.input.size());
    k.marked_gradient(marks.data(), dy.data(), in.data());
    CHECK(in.differences(dx) == 0);
    in = Guarded<T>(old);
    k.marked_gradient_add(marks.data(), dy.data(), in.data());
    CHECK(in.differences(added(dx)) == 0);
    in = Guarded<T>(l.input.size());
    k.mean_gradient(dy_of_mean.data(), in.data());
    CHECK(in.intact());
    CHECK(error_of(in.copy(), dx_of_mean) < rounding);
    in = Guarded<T>(old);
    k.mean_gradient_add(dy_of_mean.data(), in.data());
    CHECK(in.intact());
    CHECK(error_of(in.copy(), added(dx_of_mean)) < rounding);
}

}  // namespace

TEST_CASE_TEMPLATE("pooling is that of plain loops; of equal elements the first in row order gets the gradient", T,
                   float, double) {
    check(kernels_of<T, pooling({1, 2, 2}, 2, 2)>);
    check(kernels_of<T, pooling({16, 8, 6}, 2, 2)>);
    check(kernels_of<T, pooling({17, 5, 7}, 2, 2)>);     // the last row and column belong to no window
    check(kernels_of<T, pooling({6, 7, 5}, 3, 1)>);      // windows overlap
    check(kernels_of<T, pooling({10, 9, 4}, 3, 2, 1)>);  // and reach over the border
    check(kernels_of<T, pooling({3, 9, 9}, 2, 3)>);      // gaps between windows
    check(kernels_of<T, pooling({5, 3, 3}, 2, 2, 1)>);
    check(kernels_of<T, Pooling{{70, 3, 5}, {70, 1, 1}, {3, 5}, {3, 5}}>);  // the whole image
    check(kernels_of<T, Pooling{{4, 5, 3}, {4, 1, 1}, {5, 3}, {5, 3}}>);
    check(kernels_of<T, Pooling{{4, 5, 3}, {4, 1, 1}, {5, 3}, {5, 5}}>);
    check(kernels_of<T, Pooling{{9, 6, 8}, {9, 3, 9}, {2, 4}, {2, 1}, {0, 2}}>);  // rows unlike columns
}

namespace {
template <class T, Pooling L>
void compare_slices() {
    constexpr Pooling of = [] {
        Pooling l = L;
        l.input_pitch = l.input.channels + 3;
        l.output_pitch = l.output.channels + 5;
        return l;
    }();
    const Image from{L.input.pixels(), L.input.channels, of.input_pitch};
    const Image to{L.output.pixels(), L.output.channels, of.output_pitch};
    const std::vector<T> x = whole_numbers<T>(L.input.size(), 1, 3);
    const std::vector<T> dy = whole_numbers<T>(L.output.size(), 2);
    const std::vector<T> old = whole_numbers<T>(L.input.size(), 3, 100);
    const std::vector<T> x_slice = from.spread_to_read(x);
    const std::vector<T> dy_slice = to.spread_to_read(dy);
    const auto compare_outputs = [&](auto whole, auto slices) {
        std::vector<T> y(dy.size());
        whole(x.data(), y.data());
        Guarded<T> slice = to.output<T>();
        slices(x_slice.data(), slice.data());
        CHECK(slice.differences(to.spread(y)) == 0);
        return y;
    };
    const auto compare_gradients = [&](const auto& whole, const auto& slices) {
        std::vector<T> dx = old;
        whole(dx.data());
        Guarded<T> slice(from.spread(old));
        slices(slice.data());
        CHECK(slice.differences(from.spread(dx)) == 0);
    };
    const std::vector<T> y = compare_outputs(max_pool<T, L>, max_pool<T, of>);
    compare_outputs(average_pool<T, L>, average_pool<T, of>);
    const std::vector<T> y_slice = to.spread_to_read(y);
    const auto compare_both = [&]<Write W>() {
        compare_gradients(
            [&](T* dx) { max_pool_gradient<T, L, W>(x.data(), y.data(), dy.data(), dx); },
            [&](T* dx) { max_pool_gradient<T, of, W>(x_slice.data(), y_slice.data(), dy_slice.data(), dx); });
        compare_gradients([&](T* dx) { average_pool_gradient<T, L, W>(dy.data(), dx); },
                          [&](T* dx) { average_pool_gradient<T, of, W>(dy_slice.data(), dx); });
    };
    compare_both.template operator()<Write::assign>();
    compare_both.template operator()<Write::add>();
}
}  // namespace

TEST_CASE_TEMPLATE("slices of wider images: the same bits, and nothing between the pixels is read or changed", T, float,
                   double) {
    compare_slices<T, pooling({16, 8, 6}, 2, 2)>();
    compare_slices<T, pooling({19, 9, 4}, 3, 2, 1)>();
    compare_slices<T, Pooling{{70, 3, 5}, {70, 1, 1}, {3, 5}, {3, 5}}>();
}

TEST_CASE("only windows that cover every pixel once are tiles of their input") {
    CHECK(pooling({3, 8, 6}, 2, 2).tiles_input());
    CHECK_FALSE(pooling({3, 8, 7}, 2, 2).tiles_input());
    CHECK_FALSE(pooling({3, 8, 6}, 3, 2).tiles_input());
    CHECK_FALSE(pooling({3, 8, 6}, 2, 2, 1).tiles_input());
    CHECK_FALSE(Pooling{{4, 5, 3}, {4, 1, 1}, {5, 3}, {5, 5}}.tiles_input());
    CHECK(Pooling{{4, 5, 3}, {4, 1, 1}, {5, 3}, {5, 3}}.tiles_input());
}

TEST_CASE_TEMPLATE("the maximum of a window with NaN is NaN", T, float, double) {
    constexpr Pooling l = pooling({17, 4, 4}, 2, 2);
    for (int place = 0; place < 4; ++place) {  // of the window's four elements
        std::vector<T> x = whole_numbers<T>(l.input.size(), 4);
        const int pixel = place / 2 * 4 + place % 2;
        for (int c = 0; c < 17; ++c) x[static_cast<std::size_t>(pixel * 17 + c)] = std::numeric_limits<T>::quiet_NaN();
        Guarded<T> y(l.output.size());
        max_pool<T, l>(x.data(), y.data());
        Guarded<T> marked(l.output.size());
        GuardedBytes marks(l.output.size());
        marked_max_pool<T, l>(x.data(), marked.data(), marks.data());
        int spoilt = 0;
        for (std::size_t i = 0; i < 17; ++i) spoilt += std::isnan(y.values()[i]);
        CHECK(spoilt == 17);
        spoilt = 0;
        for (std::size_t i = 0; i < 17; ++i) spoilt += std::isnan(marked.values()[i]);
        CHECK(spoilt == 17);
        int others = 0;
        for (std::size_t i = 17; i < y.values().size(); ++i) others += std::isnan(y.values()[i]);
        CHECK(others == 0);
    }
}

TEST_CASE("the maximum of infinities") {
    constexpr Pooling l = pooling({1, 2, 2}, 2, 2);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float x[4] = {-infinity, -infinity, -infinity, -infinity};
    float y = 0;
    max_pool<float, l>(x, &y);
    CHECK(y == -infinity);
    const float dy = 2;
    float dx[4];
    max_pool_gradient<float, l>(x, &y, &dy, dx);
    CHECK(dx[0] == 2);
    CHECK(dx[1] == 0);
    std::uint8_t mark = 9;
    marked_max_pool<float, l>(x, &y, &mark);
    CHECK(y == -infinity);
    CHECK(mark == 0);
}

TEST_CASE_TEMPLATE("a mark tells any of 256 taps", T, float, double) {
    constexpr Pooling l{{1, 16, 16}, {1, 1, 1}, {16, 16}, {16, 16}};
    static_assert(has_marks(l));
    static_assert(!has_marks({{1, 16, 17}, {1, 1, 1}, {16, 17}, {16, 17}}));
    for (const std::size_t place : {std::size_t(0), std::size_t(100), std::size_t(255)}) {
        std::vector<T> x(256);
        x[place] = 1;
        T y = 0;
        std::uint8_t mark = 0;
        marked_max_pool<T, l>(x.data(), &y, &mark);
        CHECK(y == 1);
        CHECK(mark == place);
        const T dy = 3;
        std::vector<T> dx(256, T(7));
        marked_max_pool_gradient<T, l>(&mark, &dy, dx.data());
        std::vector<T> expected(256);
        expected[place] = 3;
        CHECK(dx == expected);
    }
}

}  // namespace pool_test
