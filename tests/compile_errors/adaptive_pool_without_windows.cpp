// expect: norma: AdaptiveAvgPool2d<height, width> needs a positive height and width.
#include <norma/layers/pool.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int height = 0;
#else
constexpr int height = 2;
#endif

Network<Shape<3, 8, 8>, AdaptiveAvgPool2d<height>> network;
