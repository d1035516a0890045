// expect: norma: layer 2, Input<2>, gets 199x1x1 but needs a network of at least 3 inputs
#include <norma/layers/conv2d.hpp>
#include <norma/layers/input.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Table = Input<2>;
#else
using Table = Input<1>;
#endif

Network<Inputs<Shape<3, 8, 8>, Shape<7, 1, 1>>, Input<0>, Table> network;
