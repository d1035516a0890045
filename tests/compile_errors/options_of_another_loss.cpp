// expect: norma: these options are for another loss than the trainer's
#include <norma/layers/linear.hpp>
#include <norma/training/mean_squared_error.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

using Net = Network<Shape<1, 4, 4>, Linear<2>>;

#ifdef BAD
using Options = TrainingOptions;
#else
using Options = Trainer<Net, MeanSquaredError>::Options;
#endif

void train(Net& network, Threads& threads) { Trainer<Net, MeanSquaredError> trainer(network, threads, Options{}); }
