// expect: norma: a Trainer needs auxiliary heads (Tap<name, layers...>) that end in the shape of the network's output:
// for classes, in one number per class.
#include <norma/layers/linear.hpp>
#include <norma/layers/tap.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

#ifdef BAD
using Head = Tap<"aux", Linear<9>>;
#else
using Head = Tap<"aux", Linear<10>>;
#endif

using Net = Network<Shape<3, 8, 8>, Head, Linear<10>>;

void train(Net& net, Threads& threads) { Trainer<Net> trainer(net, threads, {.auxiliary = {{"aux", 0.3}}}); }
