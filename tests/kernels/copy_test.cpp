#include "norma/kernels/copy.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"
#include "image.hpp"

namespace copy_test {

using namespace norma;
using namespace norma::kernels;

namespace {
std::size_t at(Extent e, int y, int x, int c) { return static_cast<std::size_t>((y * e.width + x) * e.channels + c); }

/// Calls `f(input element, output element)` for each number of the output that the input has.
template <class F>
void for_each_number(const Slice& s, const F& f) {
    for (int i = 0; i < s.output.height; ++i) {
        for (int j = 0; j < s.output.width; ++j) {
            for (int c = 0; c < s.output.channels; ++c) {
                const int y = s.top + i * s.stride.height;
                const int x = s.left + j * s.stride.width;
                const bool inside = y >= 0 && y < s.input.height && x >= 0 && x < s.input.width && s.first + c >= 0 &&
                                    s.first + c < s.input.channels;
                if (inside) f(at(s.input, y, x, s.first + c), at(s.output, i, j, c));
            }
        }
    }
}
}  // namespace

TEST_CASE_TEMPLATE("channels are copied from and to wider images", T, float, double) {
    for (const int channels : {1, 2, 3, 7, 12, 16, 17, 31, 37}) {
        CAPTURE(channels);
        const Image from{5, channels, channels + 3};
        const Image to{5, channels, channels + 1};
        const std::vector<T> x = from.numbers<T>(1);
        const std::vector<T> old = whole_numbers<T>(to.size(), 2);
        std::vector<T> copied = to.filled(old);
        std::vector<T> added = copied;
        for (std::size_t p = 0; p < 5; ++p) {
            for (std::size_t c = 0; c < std::size_t(channels); ++c) {
                copied[p * std::size_t(to.pitch) + c] = x[p * std::size_t(from.pitch) + c];
                added[p * std::size_t(to.pitch) + c] += x[p * std::size_t(from.pitch) + c];
            }
        }
        Guarded<T> y = to.output<T>();
        copy_channels<T, Write::assign>(x.data(), from.pitch, 5, channels, y.data(), to.pitch);
        CHECK(y.differences(copied) == 0);
        Guarded<T> sum = to.output(old);
        copy_channels<T, Write::add>(x.data(), from.pitch, 5, channels, sum.data(), to.pitch);
        CHECK(sum.differences(added) == 0);
    }
}

TEST_CASE_TEMPLATE("slices: parts, frames of zeros, strides, and their gradients", T, float, double) {
    const Slice slices[] = {
        {{5, 4, 3}, {5, 4, 3}},
        {{21, 4, 3}, {17, 4, 3}, {1, 1}, 0, 0, 2},
        {{5, 4, 3}, {9, 2, 2}, {2, 2}, 0, 0, -2},
        {{5, 5, 7}, {5, 3, 3}, {2, 3}},
        {{3, 4, 3}, {3, 9, 5}, {1, 1}, -2, -1},
        {{3, 4, 3}, {3, 2, 4}, {1, 1}, 1, -2},
        {{3, 4, 3}, {4, 2, 2}, {3, 2}, -1, 0, 1},
        {{3, 4, 3}, {2, 2, 2}, {1, 1}, 0, 0, 3},
        {{3, 4, 3}, {2, 2, 2}, {1, 1}, 5, 0, 0},
    };
    for (const Slice& s : slices) {
        CAPTURE(s.output.channels);
        CAPTURE(s.top);
        const std::vector<T> x = whole_numbers<T>(s.input.size(), 1);
        const std::vector<T> dy = whole_numbers<T>(s.output.size(), 2);
        const std::vector<T> old = whole_numbers<T>(s.input.size(), 3);
        std::vector<T> y(std::size_t(s.output.size()), T(0));
        std::vector<T> dx(x.size(), T(0));
        std::vector<T> added = old;
        for_each_number(s, [&](std::size_t in, std::size_t out) {
            y[out] = x[in];
            dx[in] = dy[out];
            added[in] += dy[out];
        });
        Guarded<T> part(s.output.size());
        slice<T>(s, x.data(), part.data());
        CHECK(part.differences(y) == 0);
        Guarded<T> written(s.input.size());
        slice_gradient<T, Write::assign>(s, dy.data(), written.data());
        CHECK(written.differences(dx) == 0);
        Guarded<T> summed(old);
        slice_gradient<T, Write::add>(s, dy.data(), summed.data());
        CHECK(summed.differences(added) == 0);
    }
}

TEST_CASE_TEMPLATE("slices from and to slices of wider images: nothing between the pixels is read or changed", T, float,
                   double) {
    for (const Slice& s :
         {Slice{{21, 4, 3}, {17, 4, 3}, {1, 1}, 0, 0, 2}, Slice{{3, 4, 3}, {3, 9, 5}, {1, 1}, -2, -1}}) {
        Slice of = s;
        of.input_pitch = s.input.channels + 3;
        of.output_pitch = s.output.channels + 5;
        const Image from{s.input.pixels(), s.input.channels, of.input_pitch};
        const Image to{s.output.pixels(), s.output.channels, of.output_pitch};
        const std::vector<T> x = whole_numbers<T>(s.input.size(), 1);
        std::vector<T> y(std::size_t(s.output.size()));
        slice<T>(s, x.data(), y.data());
        Guarded<T> part = to.output<T>();
        slice<T>(of, from.spread_to_read(x).data(), part.data());
        CHECK(part.differences(to.spread(y)) == 0);
        std::vector<T> dx = whole_numbers<T>(s.input.size(), 3);
        Guarded<T> gradient(from.spread(dx));
        slice_gradient<T, Write::add>(s, y.data(), dx.data());
        slice_gradient<T, Write::add>(of, to.spread_to_read(y).data(), gradient.data());
        CHECK(gradient.differences(from.spread(dx)) == 0);
        slice_gradient<T, Write::assign>(s, y.data(), dx.data());
        slice_gradient<T, Write::assign>(of, to.spread_to_read(y).data(), gradient.data());
        CHECK(gradient.differences(from.spread(dx)) == 0);
    }
}

TEST_CASE_TEMPLATE("matrices are transposed", T, float, double) {
    const std::vector<T> x = whole_numbers<T>(2 * 3 * 5, 1);
    std::vector<T> y(x.size());
    for (std::size_t n = 0; n < 2; ++n) {
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t j = 0; j < 5; ++j) y[n * 15 + j * 3 + i] = x[n * 15 + i * 5 + j];
        }
    }
    Guarded<T> written(30);
    transpose<T, Write::assign>(2, 3, 5, x.data(), written.data());
    CHECK(written.differences(y) == 0);
    Guarded<T> back(30);
    transpose<T, Write::assign>(2, 5, 3, y.data(), back.data());
    CHECK(back.differences(x) == 0);
    const std::vector<T> old = whole_numbers<T>(30, 2);
    for (std::size_t i = 0; i < 30; ++i) y[i] += old[i];
    Guarded<T> added(old);
    transpose<T, Write::add>(2, 3, 5, x.data(), added.data());
    CHECK(added.differences(y) == 0);
}

}  // namespace copy_test
