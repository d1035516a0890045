// expect: norma: Unflatten<channels, height, width> needs positive sizes, of at most 1073741824 numbers together.
#include <norma/layers/channels.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Tried = Unflatten<0, 8, 8>;
#else
using Tried = Unflatten<1, 8, 8>;
#endif

Network<Shape<64, 1, 1>, Tried> network;
