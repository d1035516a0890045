// expect: norma: layer 1, ChannelLayerNorm, gets 1x5x5 but needs more than one value for each mean, for one value less
// its mean is 0 whatever it is
#include <norma/network/network.hpp>
#include <norma/norm/channel_layer.hpp>

using namespace norma;

#ifdef BAD
constexpr int channels = 1;
#else
constexpr int channels = 2;
#endif

Network<Shape<channels, 5, 5>, ChannelLayerNorm> network;
