// expect: norma: ConvTranspose2d<channels, kernel, stride, padding, output padding> needs an output padding that is not
// negative and less than the stride.
#include <norma/layers/conv_transpose2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int added = 2;
#else
constexpr int added = 1;
#endif

Network<Shape<3, 8, 8>, ConvTranspose2d<4, 3, 2, 1, added>> network;
