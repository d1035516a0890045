// expect: norma: Channels<first, count> needs a first channel that is not negative, and a positive count.
#include <norma/layers/channels.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Tried = Channels<-1, 2>;
#else
using Tried = Channels<0, 2>;
#endif

Network<Shape<3, 8, 8>, Tried> network;
