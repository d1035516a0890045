// expect: norma: Conv2d<channels, kernel, stride, padding, bias, dilation, groups> needs a positive dilation, and
// groups that divide its channels.
#include <norma/layers/conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int groups = 4;
#else
constexpr int groups = 3;
#endif

Network<Shape<3, 8, 8>, Conv2d<6, 3, 1, 0, Bias::no, 1, groups>> network;
