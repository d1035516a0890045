// expect: norma: Repeat<count, layer> needs a positive count.
#include <norma/layers/conv2d.hpp>
#include <norma/layers/repeat.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int count = 0;
#else
constexpr int count = 2;
#endif

Network<Shape<3, 8, 8>, Repeat<count, Conv2d<3, 1>>> network;
