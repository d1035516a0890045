// expect: norma: these options have another schedule than the trainer's
#include <norma/layers/linear.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

using Net = Network<Shape<1, 4, 4>, Linear<2>>;

#ifdef BAD
using Options = BasicTrainingOptions<CrossEntropy, SgdOptions, ConstantLR>;
#else
using Options = Trainer<Net, CrossEntropy, Sgd, CosineAnnealingLR>::Options;
#endif

void train(Net& network, Threads& threads, const Options& options) {
    Trainer<Net, CrossEntropy, Sgd, CosineAnnealingLR> trainer(network, threads, options);
}
