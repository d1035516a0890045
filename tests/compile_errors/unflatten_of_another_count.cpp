// expect: norma: layer 1, Sequential<Channels<0, 191>, Unflatten<3, 8, 8>> (its Unflatten<3, 8, 8>), gets 191x1x1 but
// needs a vector of 192 numbers
#include <norma/layers/channels.hpp>
#include <norma/layers/sequential.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Image = Channels<0, 191>;  // of 3 × 8 × 8 = 192
#else
using Image = Channels<0, 192>;
#endif

Network<Shape<200, 1, 1>, Sequential<Image, Unflatten<3, 8, 8>>> network;
