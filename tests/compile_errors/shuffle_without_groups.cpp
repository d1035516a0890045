// expect: norma: ChannelShuffle<groups> needs a positive number of groups.
#include <norma/layers/channels.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Tried = ChannelShuffle<0>;
#else
using Tried = ChannelShuffle<3>;
#endif

Network<Shape<3, 8, 8>, Tried> network;
