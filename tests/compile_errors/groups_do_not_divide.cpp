// expect: norma: layer 1, Block<16, 3, GroupNorm<3>> (its GroupNorm<3>), gets 16x6x6 but needs a number of channels
// divisible by its 3 groups
#include <norma/layers/block.hpp>
#include <norma/network/network.hpp>
#include <norma/norm/group.hpp>

using namespace norma;

#ifdef BAD
constexpr int groups = 3;
#else
constexpr int groups = 4;
#endif

Network<Shape<3, 8, 8>, Block<16, 3, GroupNorm<groups>>> network;
