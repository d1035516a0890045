// expect: norma: the third argument of Block<channels, kernel, Norm> must be a norm policy, such as BatchNorm,
// GroupNorm<2>, LayerNorm or NoNorm
#include <norma/layers/block.hpp>
#include <norma/network/network.hpp>
#include <norma/norm/none.hpp>

using namespace norma;

#ifdef BAD
using Norm = int;
#else
using Norm = NoNorm;
#endif

Network<Shape<3, 8, 8>, Block<16, 3, Norm>> network;
