// expect: norma: layer 2, Residual<Conv2d<8, 3>>, gets 8x6x6 but needs a branch that ends in that shape, not in 8x4x4
#include <norma/layers/conv2d.hpp>
#include <norma/layers/residual.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Branch = Residual<Conv2d<8, 3>>;
#else
using Branch = Residual<Conv2d<8, 3, 1, 1>>;
#endif

Network<Shape<3, 8, 8>, Conv2d<8, 3>, Branch> network;
