// expect: norma: layer 12, Block<32, 3, BatchNorm> (its Conv2d<32, 3>), gets 32x2x2 but needs a height and a width of
// at least 3
#include <norma/layers/block.hpp>
#include <norma/layers/dropout.hpp>
#include <norma/layers/pool.hpp>
#include <norma/layers/residual.hpp>
#include <norma/network/network.hpp>
#include <norma/norm/batch.hpp>

using namespace norma;

#ifdef BAD
using Images = Shape<1, 28, 28>;  // MNIST without padding is too small for a network made for 32 × 32
#else
using Images = Shape<1, 32, 32>;
#endif

template <class Norm>
using Cifar10Net = Network<Images, Block<16, 3, Norm>, Block<16, 3, Norm>, Residual<Block<16, 1, Norm>>,
                           Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Block<32, 3, Norm>, Block<32, 3, Norm>,
                           Residual<Block<32, 1, Norm>>, Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Block<32, 3, Norm>,
                           Block<32, 3, Norm>, Conv2d<10, 1>, GlobalAvgPool2d, Residual<Conv2d<10, 1>>>;

int outputs = Cifar10Net<BatchNorm>::outputs;
