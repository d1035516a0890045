// expect: norma: PixelCrossEntropy needs a network that ends in an image of at least two channels, one per class;
// for a mask of one class use BinaryCrossEntropyWithLogits, whose network ends in one.
#include <norma/layers/conv2d.hpp>
#include <norma/training/pixel_cross_entropy.hpp>
#include <norma/training/trainer.hpp>

using namespace norma;

#ifdef BAD
using Net = Network<Shape<1, 4, 4>, Conv2d<1, 3>>;
#else
using Net = Network<Shape<1, 4, 4>, Conv2d<2, 3>>;
#endif

void train(Net& network, Threads& threads) { Trainer<Net, PixelCrossEntropy> trainer(network, threads); }
