// expect: norma: layer 2, Conv2d<2048, 1>, gets 8x1000x1000 but needs an output of at most 1073741824 numbers, not
// 2048x1000x1000
#include <norma/layers/conv2d.hpp>
#include <norma/layers/pool.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int channels = 2048;
#else
constexpr int channels = 1024;
#endif

using Net = Network<Shape<3, 1000, 1000>, Conv2d<8, 1>, Conv2d<channels, 1>, GlobalAvgPool2d>;
static_assert(Net::parameter_count > 0);
