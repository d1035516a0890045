// expect: norma: an optimiser needs a type Options, a constructor from a number of parameters (and optionally
// expect: std::span<const ParameterInfo>) and Options
#include <array>
#include <cstddef>
#include <norma/layers/linear.hpp>
#include <norma/training/trainer.hpp>
#include <span>

using namespace norma;

template <class T>
struct Mine {
    struct Options {};
    explicit Mine(std::size_t, const Options& = {}) {}
    void step(std::span<T>, std::span<const T>, double) {}
#ifndef BAD
    std::array<StateArray<T>, 0> state() { return {}; }
    std::array<StateArray<const T>, 0> state() const { return {}; }
#endif
};

using Net = Network<Shape<1, 4, 4>, Linear<2>>;

void train(Net& network, Threads& threads) { Trainer<Net, CrossEntropy, Mine> trainer(network, threads); }
