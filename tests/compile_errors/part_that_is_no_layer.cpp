// expect: norma: every part of a network must be a layer (such as Conv2d, ReLU, Block) or a norm policy (such as
// BatchNorm).
#include <norma/layers/activations.hpp>
#include <norma/layers/conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Part = float;
#else
using Part = ReLU;
#endif

Network<Shape<3, 8, 8>, Conv2d<4, 3>, Part> network;
