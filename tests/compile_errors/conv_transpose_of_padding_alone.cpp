// expect: norma: layer 1, ConvTranspose2d<4, 2, 1, 2>, gets 3x2x2 but needs a larger image, because its padding leaves
// no row or no column of the output
#include <norma/layers/conv_transpose2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int size = 2;
#else
constexpr int size = 8;
#endif

Network<Shape<3, size, size>, ConvTranspose2d<4, 2, 1, 2>> network;
