#include "norma/kernels/activation.hpp"
#include "norma/kernels/packet_loops.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include <norma/kernels/activations_hard.hpp>
#include <norma/kernels/activations_smooth.hpp>

#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace activation_test {

using namespace norma;
using namespace norma::kernels;

namespace {

/// A user's policy.
struct Square {
    static constexpr FixedString name() { return "Square"; }
    template <class P>
    static P value(const P& x) {
        return simd::multiply(x, x);
    }
    template <class P>
    static P derivative(const P& x) {
        return simd::add(x, x);
    }
};

struct WithoutDerivative {
    static constexpr FixedString name() { return "WithoutDerivative"; }
    template <class P>
    static P value(const P& x) {
        return x;
    }
};

static_assert(ActivationPolicy<Square>);
static_assert(!ActivationPolicy<WithoutDerivative>);
static_assert(!ActivationPolicy<int>);

/// A description that is a template argument, as the graph's are.
struct Described {
    int count;
    Activation activation;
};
template <Described description>
struct Kernel {};

static_assert(std::is_same_v<Kernel<Described{3, activation_of<Square>}>,
                             Kernel<Described{3, Activation{&activation_functions<Square>}}>>);
static_assert(!std::is_same_v<Kernel<Described{3, activation_of<Square>}>, Kernel<Described{3, {}}>>);

/// y = f(x) and the gradient of x for the gradient g of y, for `count` numbers.
template <Described description, class T>
void run(const T* x, const T* g, T* y, T* gradient) {
    simd::for_each_run<T, description.count, 2>([&]<class P, int Packets>(int first) {
        for (int i = first; i < first + Packets * P::lanes; i += P::lanes) {
            const P in = simd::load<P>(x + i);
            simd::store(y + i, activate<description.activation>(in));
            simd::store(gradient + i, activation_gradient<description.activation>(in, simd::load<P>(g + i)));
        }
    });
}

}  // namespace

TEST_CASE("activation: two are equal if their policies are") {
    CHECK(activation_of<Square> == activation_of<Square>);
    CHECK(activation_of<Square> != activation_of<activation::ReLU>);
    CHECK(activation_of<activation::LeakyReLU<>> != activation_of<activation::LeakyReLU<Fraction{1, 5}>>);
    CHECK(activation_of<activation::LeakyReLU<>> == activation_of<activation::LeakyReLU<Fraction{1, 100}>>);
    CHECK(activation_of<Square> != Activation{});
    CHECK(bool(activation_of<Square>));
    CHECK(!Activation{});
}

TEST_CASE("activation: names, and whether the output suffices for the gradient") {
    using namespace norma::activation;
    CHECK(activation_of<Square>.name().view() == "Square");
    CHECK(Activation{}.name().empty());
    CHECK(!activation_of<Square>.gradient_from_output());
    CHECK(Activation{}.gradient_from_output());
    CHECK(activation_of<ReLU>.gradient_from_output());
    CHECK(activation_of<Sigmoid>.gradient_from_output());
    CHECK(activation_of<LeakyReLU<>>.gradient_from_output());
    CHECK(!activation_of<LeakyReLU<Fraction{-1, 5}>>.gradient_from_output());
    CHECK(!activation_of<GELU>.gradient_from_output());
}

TEST_CASE("activation: through its pointers") {
    const simd::Packet<double, 1> x{-3};
    for (const Activation activation : {activation_of<Square>, activation_of<activation::ReLU>, Activation{}}) {
        const bool square = activation == activation_of<Square>;
        CHECK(activation.value(x).value == (square ? 9 : activation ? 0 : -3));
        CHECK(activation.derivative(x).value == (square ? -6 : activation ? 0 : 1));
    }
}

TEST_CASE_TEMPLATE("activation: a user's policy in a kernel, and none, in packets of every width", T, float, double) {
    constexpr int count = 61;
    const std::vector<T> x = whole_numbers<T>(count, 1);
    const std::vector<T> g = whole_numbers<T>(count, 2);
    Guarded<T> y(count), gradient(count);
    run<Described{count, activation_of<Square>}>(x.data(), g.data(), y.data(), gradient.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(y.copy()[i] == x[i] * x[i]);
        CHECK(gradient.copy()[i] == g[i] * 2 * x[i]);
    }
    run<Described{count, {}}>(x.data(), g.data(), y.data(), gradient.data());
    CHECK(y.copy() == x);
    CHECK(gradient.copy() == g);
    run<Described{count, activation_of<activation::ReLU>}>(x.data(), g.data(), y.data(), gradient.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(y.copy()[i] == std::max(x[i], T(0)));
        CHECK(gradient.copy()[i] == (x[i] > 0 ? g[i] : T(0)));
    }
    CHECK(y.intact());
    CHECK(gradient.intact());
}

}  // namespace activation_test
