// expect: norma: layer 1, Linear<65536>, gets 32x32x32 but needs at most 1073741824 weights, not 65536x32768x1x1
#include <norma/layers/linear.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int outputs = 65536;
#else
constexpr int outputs = 32768;
#endif

// Together they have more parameters than an int counts.
using Net = Network<Shape<32, 32, 32>, Linear<outputs>, Linear<32768>, Linear<32768>>;
static_assert(Net::parameter_count == 3ll * 32768 * 32769);
