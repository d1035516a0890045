// expect: norma: a classifier needs at least two outputs, one per class, but this network has one; for two classes, end
// it with Linear<2>.
#include <norma/layers/linear.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

#ifdef BAD
using Last = Linear<1>;
#else
using Last = Linear<2>;
#endif

using Net = Network<Shape<1, 4, 4>, Last>;
void train(Net& network, Threads& threads) { Trainer<Net> trainer(network, threads); }
