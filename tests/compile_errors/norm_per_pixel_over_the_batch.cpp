// expect: norma: a norm takes its statistics per pixel or over the batch, not both: set per_pixel or over_batch to
// false.
#include <norma/network/network.hpp>
#include <norma/norm/channel_layer.hpp>

using namespace norma;

struct MyNorm : ChannelLayerNorm {
#ifdef BAD
    static constexpr bool over_batch = true;
#endif
};

Network<Shape<3, 8, 8>, MyNorm> network;
