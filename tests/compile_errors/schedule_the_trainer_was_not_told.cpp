// expect: norma: a schedule that is not StepLR must be the trainer's fourth template argument: Trainer<Net,
// CrossEntropy, Sgd, CosineAnnealingLR>.
#include <norma/layers/linear.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

using Net = Network<Shape<1, 4, 4>, Linear<2>>;

#ifdef BAD
using Training = Trainer<Net>;
#else
using Training = Trainer<Net, CrossEntropy, Sgd, CosineAnnealingLR>;
#endif

void train(Net& network, Threads& threads) {
    Training trainer(network, threads, {.learning_rate = CosineAnnealingLR(0.1, 20)});
}
