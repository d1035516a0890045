// expect: norma: Conv1d<channels, kernel, stride, padding, bias, dilation, groups> needs positive channels, kernel,
// stride and dilation, a padding that is not negative, and groups that divide its channels.
#include <norma/layers/conv1d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int channels = 0;
#else
constexpr int channels = 4;
#endif

Network<Shape<4, 1, 8>, Conv1d<channels, 3>> network;
