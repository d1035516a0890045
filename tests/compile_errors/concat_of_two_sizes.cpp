// expect: needs branches that end in one height and width, not in 8x6x6 and 8x4x4
#include <norma/layers/conv2d.hpp>
#include <norma/layers/parallel.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Branch = Conv2d<8, 3>;
#else
using Branch = Conv2d<8, 3, 1, 1>;
#endif

Network<Shape<3, 8, 8>, Conv2d<8, 3>, Concat<Identity, Branch>> network;
