#include "norma/training/optimiser.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "norma/training/adamw.hpp"
#include "norma/training/sgd.hpp"

using namespace norma;

namespace {

/// Follows the sign of the gradient, and carries nothing along.
template <class T>
struct SignDescent {
    struct Options {};
    explicit SignDescent(std::size_t, const Options& = {}) {}
    void step(std::span<T>, std::span<const T>, double) {}
    std::array<StateArray<T>, 0> state() { return {}; }
    std::array<StateArray<const T>, 0> state() const { return {}; }
};
template <class T>
struct WithoutState : Sgd<T> {
    using Sgd<T>::Sgd;
    void state() = delete;
};
template <class T>
struct WithoutStep : Sgd<T> {
    using Sgd<T>::Sgd;
    void step() = delete;
};

}  // namespace

static_assert(Optimiser<Sgd<float>, float> && Optimiser<Sgd<double>, double>);
static_assert(Optimiser<AdamW<float>, float> && Optimiser<AdamW<double>, double>);
static_assert(Optimiser<SignDescent<float>, float>);
static_assert(!Optimiser<Sgd<float>, double>, "of another type");
static_assert(!Optimiser<WithoutState<float>, float>);
static_assert(!Optimiser<WithoutStep<float>, float>);
static_assert(!Optimiser<int, float>);

TEST_CASE_TEMPLATE("optimiser: its state shows the arrays that it works on", O, Sgd<double>, AdamW<double>) {
    for (std::size_t size = 1; size < 20; ++size) {  // were it a constant, GCC 12 would warn of Eigen's loops beyond it
        O optimiser(size);
        const O& fixed = optimiser;
        std::vector<double> weights(size, 1.0);
        const std::vector<double> gradient(size, -0.5);
        optimiser.step(weights, gradient, 0.1);
        REQUIRE(optimiser.state().size() > 0);
        for (std::size_t i = 0; i < optimiser.state().size(); ++i) {
            const StateArray<double> array = optimiser.state()[i];
            CHECK_FALSE(array.name.empty());
            REQUIRE(array.values.size() == size);
            CHECK(array.values.back() != 0);
            CHECK(fixed.state()[i].name == array.name);
            CHECK(fixed.state()[i].values.data() == array.values.data());
        }
    }
}
