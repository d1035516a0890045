// expect: norma: layer 2, Block<8, 3, InstanceNorm> (its InstanceNorm), gets 8x1x1 but needs more than one value for
// each mean, because one value minus its own mean is always 0
#include <norma/layers/block.hpp>
#include <norma/layers/pool.hpp>
#include <norma/network/network.hpp>
#include <norma/norm/instance.hpp>

using namespace norma;

#ifdef BAD
constexpr int size = 6;
#else
constexpr int size = 8;
#endif

Network<Shape<3, size, size>, MaxPool2d<2>, Block<8, 3, InstanceNorm>> network;
