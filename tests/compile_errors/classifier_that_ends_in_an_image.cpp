// expect: norma: a classifier must end in one number per class, but this network ends in an image; end it with
// Linear<classes>, or with GlobalAvgPool2d after a convolution of one channel per class.
#include <norma/layers/conv2d.hpp>
#include <norma/layers/pool.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

#ifdef BAD
using Net = Network<Shape<1, 4, 4>, Conv2d<10, 3>>;
#else
using Net = Network<Shape<1, 4, 4>, Conv2d<10, 3>, GlobalAvgPool2d>;
#endif

void train(Net& network, Threads& threads) { Trainer<Net> trainer(network, threads); }
