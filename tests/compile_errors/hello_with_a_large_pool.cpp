// expect: norma: layer 3, Block<32, 3, GroupNorm<2>> (its Conv2d<32, 3>), gets 16x2x2 but needs a height and a width of
// at least 3
#include <norma/layers/block.hpp>
#include <norma/layers/linear.hpp>
#include <norma/layers/pool.hpp>
#include <norma/network/network.hpp>
#include <norma/norm/group.hpp>

using namespace norma;

#ifdef BAD
constexpr int window = 12;  // the README shows what the compiler says
#else
constexpr int window = 2;
#endif

using Net = Network<Shape<3, 32, 32>, Block<16, 3, GroupNorm<2>>, MaxPool2d<window>, Block<32, 3, GroupNorm<2>>,
                    MaxPool2d<2>, Linear<10>>;
static_assert(Net::outputs == 10);
