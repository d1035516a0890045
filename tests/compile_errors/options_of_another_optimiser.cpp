// expect: norma: these options are for another optimiser than the trainer's
#include <norma/layers/linear.hpp>
#include <norma/training/adamw.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

using Net = Network<Shape<1, 4, 4>, Linear<2>>;

#ifdef BAD
using Options = TrainingOptions;
#else
using Options = Trainer<Net, CrossEntropy, AdamW>::Options;
#endif

void train(Net& network, Threads& threads) { Trainer<Net, CrossEntropy, AdamW> trainer(network, threads, Options{}); }
