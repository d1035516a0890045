// expect: norma: a loss needs the types Target and Metrics, and a call (std::span<const T> output, const Target&, T
// scale, T* gradient) const
#include <norma/layers/linear.hpp>
#include <norma/training/target.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

struct OutputItself {
    using Target = NumberTarget;
#ifndef BAD
    using Metrics = NoMetrics;
#endif
    template <class T>
    double operator()(std::span<const T> output, const Target& target, T scale, T* gradient) const {
        if (gradient != nullptr) gradient[0] = scale;
        return double(output[0]) - double(target[0]);
    }
};

using Net = Network<Shape<1, 4, 4>, Linear<1>>;
void train(Net& network, Threads& threads) { Trainer<Net, OutputItself> trainer(network, threads); }
