// expect: norma: a norm's epsilon must be a fraction of at least 0, such as {1, 1000}, and its
// momentum a fraction from 0 to 1
#include <norma/layers/block.hpp>
#include <norma/network/network.hpp>
#include <norma/norm/layer.hpp>

using namespace norma;

#ifdef BAD
constexpr NormOptions options{.epsilon = {-1, 1000}};
#else
constexpr NormOptions options{.epsilon = {1, 1000}};
#endif

Network<Shape<3, 8, 8>, Block<16, 3, BasicLayerNorm<options>>> network;
