// expect: norma: layer 2, Conv2d<4, 3>, gets 199x1x1 but needs Input<number> before it, because the network has 2
// inputs
#include <norma/layers/conv2d.hpp>
#include <norma/layers/identity.hpp>
#include <norma/layers/input.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using First = Identity;
#else
using First = Input<0>;
#endif

Network<Inputs<Shape<3, 8, 8>, Shape<7, 1, 1>>, First, Conv2d<4, 3>> network;
