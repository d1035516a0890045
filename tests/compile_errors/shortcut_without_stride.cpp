// expect: norma: PaddedShortcut<channels, stride> needs positive channels and stride.
#include <norma/layers/zero_pad.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Tried = PaddedShortcut<8, 0>;
#else
using Tried = PaddedShortcut<8, 2>;
#endif

Network<Shape<3, 8, 8>, Tried> network;
