// expect: norma: a network cannot run without a layer that computes something; add one, such as Linear<10>.
#include <norma/norma.hpp>

using namespace norma;

#ifdef BAD
using Net = Network<Shape<1, 2, 2>, NoNorm>;
#else
using Net = Network<Shape<1, 2, 2>, ReLU>;
#endif
Threads threads(1);
Executor<Net, evaluation_mode> executor(threads, 1);
