#include "norma/kernels/normalise.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "normalise_checker.hpp"

namespace normalise_test {

using namespace normalise_checker;

namespace {

/// The kernels of one description, so that what compares them is compiled once.
template <class T>
struct Kernels {
    Pointwise s;
    OwnMoments<T>* moments;
    void (*forward)(const T*, const T*, const Moments<T>&, const T*, const T*, const std::uint8_t*, T*);
};

template <class T>
void compare(const Kernels<T>& k, bool drops_now) {
    const Pointwise& s = k.s;
    INFO(words_of(s));
    const bool drops = s.drops && drops_now;
    const Inputs<T> in{drawn(s, 11)};
    const std::uint8_t* const keep = drops ? in.doubles.keep.data() : nullptr;

    Guarded<T> mean(s.moment_count());
    Guarded<T> inverse(s.moment_count());
    if (s.normalises) {
        k.moments(in.x.data(), mean.data(), inverse.data());
        CHECK(mean.intact());
        CHECK(inverse.intact());
    }
    const auto forward = [&](const T* x, T* y) {
        k.forward(x, s.adds_skip ? in.skip.data() : nullptr,
                  s.normalises ? Moments<T>{mean.data(), inverse.data()} : Moments<T>{}, in.weight.data(),
                  in.bias.data(), keep, y);
    };
    Guarded<T> y(s.extent.size());
    forward(in.x.data(), y.data());
    CHECK(y.intact());
    CHECK(error_of(y.copy(), plain(s, in.doubles, drops)) < (sizeof(T) == 4 ? 1e-5 : 1e-12));
    Guarded<T> over(in.x);  // y may be x
    forward(over.data(), over.data());
    CHECK(over.differences(y.copy()) == 0);
}

constexpr auto check = []<class T, Pointwise S>(bool drops) {
    compare<T>({S, own_moments_of<T, S>(), pointwise<T, S>}, drops);
};

}  // namespace

TEST_CASE("outputs by plain loops") { every_description(check); }

namespace {
template <class T, Pointwise S>
void compare_slices() {
    INFO(words_of(S));
    constexpr Pointwise of = of_slices(S);
    const Image from{S.extent.pixels(), S.extent.channels, of.input_pitch};
    const Image to{S.extent.pixels(), S.extent.channels, of.output_pitch};
    const Inputs<T> in{drawn(S, 11)};
    const std::vector<T> x = from.spread_to_read(in.x);
    std::vector<T> mean(static_cast<std::size_t>(S.moment_count()));
    std::vector<T> rstd(mean.size());
    if constexpr (S.normalises) {
        std::vector<T> same_mean(mean.size());
        std::vector<T> same_rstd(mean.size());
        own_moments<T, S>(in.x.data(), mean.data(), rstd.data());
        own_moments<T, of>(x.data(), same_mean.data(), same_rstd.data());
        CHECK(same_mean == mean);
        CHECK(same_rstd == rstd);
    }
    std::vector<T> whole(in.x.size());
    Guarded<T> slice = to.output<T>();
    const auto run = [&](auto kernel, const T* from_x, T* y) {
        kernel(from_x, in.skip.data(), {mean.data(), rstd.data()}, in.weight.data(), in.bias.data(),
               in.doubles.keep.data(), y);
    };
    run(pointwise<T, S>, in.x.data(), whole.data());
    run(pointwise<T, of>, x.data(), slice.data());
    CHECK(slice.differences(to.spread(whole)) == 0);
}
}  // namespace

TEST_CASE_TEMPLATE("slices of wider images: the same bits, and nothing between the pixels is read or changed", T, float,
                   double) {
    compare_slices<T, description({37, 3, 5}, 1, Affine::per_channel, 7)>();
    compare_slices<T, description({6, 4, 3}, 6, Affine::per_channel, 1)>();
    compare_slices<T, description({17, 2, 3}, 1, Affine::per_element, 5)>();
    compare_slices<T, per_pixel(description({20, 3, 3}, 1, Affine::per_channel, 3))>();
    compare_slices<T, description({24, 40, 41}, 4, Affine::none, 0, false)>();  // more than one strip and block
    compare_slices<T, description({19, 40, 41}, 0, Affine::none, 7)>();
}

TEST_CASE("NaN stays in the output of a ReLU") {
    constexpr Pointwise s = description({3, 1, 1}, 0, Affine::none, 1);
    const float x[3] = {0, std::numeric_limits<float>::quiet_NaN(), 1};
    float y[3];
    pointwise<float, s>(x, nullptr, {}, nullptr, nullptr, nullptr, y);
    CHECK(y[0] == 0);
    CHECK(std::isnan(y[1]));
    CHECK(y[2] == 1);
}

TEST_CASE_TEMPLATE("inverse deviations, also in place", T, float, double) {
    std::vector<T> variance{0, 1, 4, T(0.25)};
    Guarded<T> inverse(4);
    invert_deviations<T>(3, T(0), variance.data() + 1, inverse.data());
    CHECK(inverse.values()[0] == 1);
    CHECK(inverse.values()[1] == T(0.5));
    CHECK(inverse.values()[2] == 2);
    invert_deviations<T>(4, T(1) / 4, variance.data(), variance.data());
    CHECK(variance[0] == 2);
}

}  // namespace normalise_test
