// expect: norma: Dropout<std::ratio<n, d>> needs a probability of at least 0 and below 1.
#include <norma/layers/conv2d.hpp>
#include <norma/layers/dropout.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Probability = std::ratio<1>;
#else
using Probability = std::ratio<99, 100>;
#endif

Network<Shape<3, 8, 8>, Conv2d<4, 3>, Dropout<Probability>> network;
