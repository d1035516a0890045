// expect: norma: AvgPool1d<kernel, stride, padding> needs positive kernel and stride, and a padding of at most half the
// kernel.
#include <norma/layers/pool1d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int kernel = 0;
#else
constexpr int kernel = 2;
#endif

Network<Shape<4, 1, 8>, AvgPool1d<kernel, 1>> network;
