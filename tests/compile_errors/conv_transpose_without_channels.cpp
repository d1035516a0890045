// expect: norma: ConvTranspose2d<channels, kernel, stride, padding> needs positive channels, kernel and stride, and a
// padding that is not negative.
#include <norma/layers/conv_transpose2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int channels = 0;
#else
constexpr int channels = 4;
#endif

Network<Shape<3, 8, 8>, ConvTranspose2d<channels, 2, 2>> network;
