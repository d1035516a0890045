// expect: norma: Upsample<factor> needs a positive factor.
#include <norma/layers/upsample.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int factor = 0;
#else
constexpr int factor = 2;
#endif

Network<Shape<3, 8, 8>, Upsample<factor>> network;
