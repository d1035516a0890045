// expect: norma: layer 1, ChannelLayerNorm, gets 1x5x5 but needs more than one value for each mean, because one value
// minus its own mean is always 0
#include <norma/network/network.hpp>
#include <norma/norm/channel_layer.hpp>

using namespace norma;

#ifdef BAD
constexpr int channels = 1;
#else
constexpr int channels = 2;
#endif

Network<Shape<channels, 5, 5>, ChannelLayerNorm> network;
