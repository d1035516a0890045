// expect: norma: DepthwiseConv2d<kernel, stride, padding, bias, multiplier, dilation> needs positive kernel, stride,
// multiplier and dilation, and a padding that is not negative.
#include <norma/layers/depthwise_conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int multiplier = 0;
#else
constexpr int multiplier = 2;
#endif

Network<Shape<3, 8, 8>, DepthwiseConv2d<3, 1, 1, Bias::no, multiplier>> network;
