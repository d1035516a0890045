#include "norma/kernels/normalise_gradient.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "../support/guarded.hpp"
#include "normalise_checker.hpp"

namespace normalise_gradient_test {

using namespace normalise_checker;

namespace {

/// Σ y · dy.
double loss(const Pointwise& s, const Arrays& a, bool drops) {
    const std::vector<double> y = plain(s, a, drops);
    long double sum = 0;
    for (std::size_t e = 0; e < y.size(); ++e) sum += static_cast<long double>(y[e]) * a.dy[e];
    return static_cast<double>(sum);
}

/// The gradient of the loss by one of the arrays, from central differences with a fixed step.
std::vector<double> differences(const Pointwise& s, Arrays a, bool drops, std::vector<double> Arrays::*array) {
    constexpr double step = 1.0 / (1 << 17);
    std::vector<double> out;
    for (double& v : a.*array) {
        const double old = v;
        v = old + step;
        const double above = loss(s, a, drops);
        v = old - step;
        out.push_back((above - loss(s, a, drops)) / (2 * step));
        v = old;
    }
    return out;
}

/// The kernels of one description, so that what compares them is compiled once.
template <class T>
struct Kernels {
    using Moment = Moments<T>;
    Pointwise s;
    OwnMoments<T>* moments;
    using Sums = void(const T*, const Moment&, const T*, const T*, const std::uint8_t*, T*, T*, T*, T*, T*, T*);
    Sums* sums;
    Sums* sums_keeping;
    Sums* sums_assigning;
    void (*means)(const Pointwise&, const Moment&, const T*, T, T*, T*);
    using Gradient = void(const T*, const Moment&, const T*, const T*, const T*, const T*, const T*, T*);
    Gradient* gradient;
    Gradient* gradient_add;
    Gradient* gradient_of_kept;
};

template <class T, Pointwise S>
constexpr Kernels<T> kernels_of() {
    Kernels<T> k{};
    k.s = S;
    k.moments = own_moments_of<T, S>();
    k.gradient = pointwise_gradient<T, S, Write::assign>;
    k.gradient_add = pointwise_gradient<T, S, Write::add>;
    if constexpr (S.normalises) {
        k.sums = pointwise_gradient_sums<T, S>;
        k.means = pointwise_gradient_means<T>;
    }
    if constexpr (S.normalises && S.affine == Affine::per_element) {
        k.sums_keeping = pointwise_gradient_sums<T, S, true>;
        k.sums_assigning = pointwise_gradient_sums<T, S, false, Write::assign>;
        k.gradient_of_kept = pointwise_gradient<T, S, Write::assign, true>;
    }
    return k;
}

std::vector<double> plus(std::vector<double> a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
}

template <class T>
void compare(const Kernels<T>& k, bool drops_now) {
    const Pointwise& s = k.s;
    INFO(words_of(s));
    const bool drops = s.drops && drops_now;
    const int size = s.extent.size();
    const Inputs<T> in{drawn(s, 11)};
    const Arrays& a = in.doubles;
    const std::vector<T>& x = in.x;
    const std::vector<T>& weight = in.weight;
    const std::vector<T>& bias = in.bias;
    const std::uint8_t* const keep = drops ? a.keep.data() : nullptr;
    const double rounding = sizeof(T) == 4 ? 1e-5 : 1e-12;
    const double of_gradient = sizeof(T) == 4 ? 1e-4 : 1e-7;

    const int moment_count = s.moment_count();
    std::vector<T> mean(static_cast<std::size_t>(moment_count));
    std::vector<T> inverse(static_cast<std::size_t>(moment_count));
    if (s.normalises) k.moments(x.data(), mean.data(), inverse.data());
    const Moments<T> moments = s.normalises ? Moments<T>{mean.data(), inverse.data()} : Moments<T>{};

    const std::vector<double> expected_dx = differences(s, a, drops, &Arrays::x);
    const std::vector<double> old_x = real_numbers<double>(size, 21);
    Guarded<T> dy(as<T>(a.dy));
    Guarded<T> sum(moment_count);
    Guarded<T> product(moment_count);
    Guarded<T> kept(size);
    if (s.normalises) {
        // The sums are these gradients where they are per channel too; elsewhere these go to arrays of their own.
        const bool has_own = s.affine != Affine::none && (s.per_pixel || s.affine == Affine::per_element);
        const std::vector<double> old_weight = real_numbers<double>(s.weight_count(), 22);
        const std::vector<double> old_bias = real_numbers<double>(s.bias_count(), 23);
        Guarded<T> dweight(as<T>(old_weight));
        Guarded<T> dbias(as<T>(old_bias));
        sum = Guarded<T>(moment_count, T(0));
        product = Guarded<T>(moment_count, T(0));
        k.sums(x.data(), moments, weight.data(), bias.data(), keep, dy.data(), sum.data(), product.data(),
               has_own ? dweight.data() : nullptr, has_own ? dbias.data() : nullptr, nullptr);
        CHECK(sum.intact());
        CHECK(product.intact());
        if (has_own) {
            CHECK(dweight.intact());
            CHECK(dbias.intact());
            CHECK(error_of(dweight.copy(), plus(old_weight, differences(s, a, drops, &Arrays::weight))) < of_gradient);
            CHECK(error_of(dbias.copy(), plus(old_bias, differences(s, a, drops, &Arrays::bias))) < of_gradient);
        } else if (s.affine == Affine::per_channel) {
            CHECK(error_of(product.copy(), differences(s, a, drops, &Arrays::weight)) < of_gradient);
            if (s.has_bias) CHECK(error_of(sum.copy(), differences(s, a, drops, &Arrays::bias)) < of_gradient);
        }
        // The sums are added to.
        Guarded<T> sum_again(moment_count, T(1));
        Guarded<T> product_again(moment_count, T(2));
        Guarded<T> dy_again(as<T>(a.dy));
        k.sums(x.data(), moments, weight.data(), bias.data(), keep, dy_again.data(), sum_again.data(),
               product_again.data(), dweight.data(), dbias.data(), nullptr);
        if (k.sums_assigning != nullptr) {
            Guarded<T> same_sum(moment_count, T(1));
            Guarded<T> same_product(moment_count, T(2));
            Guarded<T> same_dy(as<T>(a.dy));
            Guarded<T> written_weight(s.weight_count());
            Guarded<T> written_bias(s.bias_count());
            k.sums_assigning(x.data(), moments, weight.data(), bias.data(), keep, same_dy.data(), same_sum.data(),
                             same_product.data(), written_weight.data(), written_bias.data(), nullptr);
            CHECK(same_sum.differences(sum_again.copy()) == 0);
            CHECK(same_product.differences(product_again.copy()) == 0);
            CHECK(written_weight.intact());
            CHECK(written_bias.intact());
            CHECK(error_of(written_weight.copy(), differences(s, a, drops, &Arrays::weight)) < of_gradient);
            CHECK(error_of(written_bias.copy(), differences(s, a, drops, &Arrays::bias)) < of_gradient);
        }
        if (k.sums_keeping != nullptr) {
            // Nothing else changes where the gradient is kept, also in the place of dy.
            const auto keep_in = [&](Guarded<T>& g, Guarded<T>& from) {
                Guarded<T> same_sum(moment_count, T(1));
                Guarded<T> same_product(moment_count, T(2));
                k.sums_keeping(x.data(), moments, weight.data(), bias.data(), keep, from.data(), same_sum.data(),
                               same_product.data(), dweight.data(), dbias.data(), g.data());
                CHECK(same_sum.differences(sum_again.copy()) == 0);
                CHECK(same_product.differences(product_again.copy()) == 0);
                CHECK(g.intact());
            };
            Guarded<T> beside(as<T>(a.dy));
            keep_in(kept, beside);
            CHECK(beside.differences(dy_again.copy()) == 0);
            Guarded<T> in_place(as<T>(a.dy));
            keep_in(in_place, in_place);
            CHECK(in_place.differences(kept.copy()) == 0);
        }
        std::vector<double> sum_and_1;
        std::vector<double> product_and_2;
        for (const T v : sum.values()) sum_and_1.push_back(static_cast<double>(v) + 1);
        for (const T v : product.values()) product_and_2.push_back(static_cast<double>(v) + 2);
        CHECK(error_of(sum_again.copy(), sum_and_1) < rounding);
        CHECK(error_of(product_again.copy(), product_and_2) < rounding);

        k.means(s, moments, weight.data(), static_cast<T>(s.domain_size()), sum.data(), product.data());
        CHECK(sum.intact());
        CHECK(product.intact());
    } else if (drops) {
        drop_units<T>(s.rate, keep, size, dy.data());
    }
    CHECK(dy.intact());
    if (s.adds_skip) CHECK(error_of(dy.copy(), differences(s, a, drops, &Arrays::skip)) < of_gradient);

    Guarded<T> dx(size);
    k.gradient(x.data(), moments, weight.data(), bias.data(), dy.data(), sum.data(), product.data(), dx.data());
    CHECK(dx.intact());
    CHECK(error_of(dx.copy(), expected_dx) < of_gradient);
    if (k.gradient_of_kept != nullptr) {
        k.gradient_of_kept(x.data(), moments, weight.data(), bias.data(), kept.data(), sum.data(), product.data(),
                           kept.data());
        CHECK(kept.intact());
        CHECK(kept.differences(dx.copy()) == 0);
    }
    Guarded<T> added(as<T>(old_x));
    k.gradient_add(x.data(), moments, weight.data(), bias.data(), dy.data(), sum.data(), product.data(), added.data());
    CHECK(added.intact());
    CHECK(error_of(added.copy(), plus(old_x, expected_dx)) < of_gradient);
    k.gradient(x.data(), moments, weight.data(), bias.data(), dy.data(), sum.data(), product.data(), dy.data());
    CHECK(dy.differences(dx.copy()) == 0);  // dx may be dy
}

constexpr auto check = []<class T, Pointwise S>(bool drops) { compare(kernels_of<T, S>(), drops); };

}  // namespace

TEST_CASE("gradients by finite differences") { every_description(check); }

namespace {
template <class T, Pointwise S>
void compare_slices() {
    INFO(words_of(S));
    constexpr Pointwise of = of_slices(S);
    const Image from{S.extent.pixels(), S.extent.channels, of.input_pitch};
    const Image to{S.extent.pixels(), S.extent.channels, of.output_pitch};
    const Inputs<T> in{drawn(S, 11)};
    const std::vector<T> x = from.spread_to_read(in.x);
    const std::vector<T> old = real_numbers<T>(S.extent.size(), 21);
    std::vector<T> mean(static_cast<std::size_t>(S.moment_count()));
    std::vector<T> rstd(mean.size());
    std::vector<T> dy = as<T>(in.doubles.dy);
    Guarded<T> dy_slice(to.spread(dy));
    const Moments<T> moments{mean.data(), rstd.data()};
    // What the first half adds to: sums, products, gradients of weight and bias; and what it keeps.
    constexpr bool keeps = S.normalises && S.affine == Affine::per_element;
    std::vector<std::vector<T>> sums(4, std::vector<T>(std::size_t(S.extent.size())));
    std::vector<std::vector<T>> same = sums;
    std::vector<T> kept(in.x.size());
    Guarded<T> kept_slice = from.output<T>();
    const std::uint8_t* const keep = in.doubles.keep.data();
    if constexpr (S.normalises) {
        own_moments<T, S>(in.x.data(), mean.data(), rstd.data());
        const auto run = [&](auto kernel, const T* from_x, T* g, auto& to_sums, T* to_g) {
            kernel(from_x, moments, in.weight.data(), in.bias.data(), keep, g, to_sums[0].data(), to_sums[1].data(),
                   to_sums[2].data(), to_sums[3].data(), to_g);
        };
        run(pointwise_gradient_sums<T, S, keeps>, in.x.data(), dy.data(), sums, kept.data());
        run(pointwise_gradient_sums<T, of, keeps>, x.data(), dy_slice.data(), same, kept_slice.data());
        CHECK(same == sums);
        if (keeps) CHECK(kept_slice.differences(from.spread(kept)) == 0);
    } else if (S.drops) {
        drop_pixels<T, S>(keep, 0, S.extent.pixels(), dy.data());
        drop_pixels<T, of>(keep, 0, S.extent.pixels(), dy_slice.data());
    }
    CHECK(dy_slice.differences(to.spread(dy)) == 0);

    const auto gradient = [&](auto kernel, const T* from_x, const T* g, T* dx) {
        kernel(from_x, moments, in.weight.data(), in.bias.data(), g, sums[0].data(), sums[1].data(), dx);
    };
    std::vector<T> dx(in.x.size());
    Guarded<T> dx_slice = from.output<T>();
    gradient(pointwise_gradient<T, S, Write::assign, keeps>, in.x.data(), keeps ? kept.data() : dy.data(), dx.data());
    gradient(pointwise_gradient<T, of, Write::assign, keeps>, x.data(), keeps ? kept_slice.data() : dy_slice.data(),
             dx_slice.data());
    CHECK(dx_slice.differences(from.spread(dx)) == 0);
    std::vector<T> added = old;
    Guarded<T> added_slice(from.spread(old));
    gradient(pointwise_gradient<T, S, Write::add>, in.x.data(), dy.data(), added.data());
    gradient(pointwise_gradient<T, of, Write::add>, x.data(), dy_slice.data(), added_slice.data());
    CHECK(added_slice.differences(from.spread(added)) == 0);
}
}  // namespace

TEST_CASE_TEMPLATE("slices of wider images: the same bits, and nothing between the pixels is read or changed", T, float,
                   double) {
    compare_slices<T, description({37, 3, 5}, 1, Affine::per_channel, 7)>();
    compare_slices<T, description({6, 4, 3}, 6, Affine::per_channel, 1)>();
    compare_slices<T, description({17, 2, 3}, 1, Affine::per_element, 5)>();
    compare_slices<T, per_pixel(description({20, 3, 3}, 1, Affine::per_channel, 3))>();
    compare_slices<T, description({24, 40, 41}, 4, Affine::none, 0, false)>();
    compare_slices<T, description({19, 40, 41}, 0, Affine::none, 5)>();
}

TEST_CASE("the gradient of ReLU at 0 is 0") {
    constexpr Pointwise s = description({3, 1, 1}, 0, Affine::none, 1);
    const float x[3] = {0, std::numeric_limits<float>::quiet_NaN(), 1};
    const float dy[3] = {5, 5, 5};
    float dx[3];
    pointwise_gradient<float, s, Write::assign>(x, {}, nullptr, nullptr, dy, nullptr, nullptr, dx);
    CHECK(dx[0] == 0);
    CHECK(dx[2] == 5);
}

}  // namespace normalise_gradient_test
