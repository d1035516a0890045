// expect: norma: Named<name, layer> needs a name without a dot.
#include <norma/layers/conv2d.hpp>
#include <norma/layers/named.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using First = Named<"layer1.conv", Conv2d<3, 1>>;
#else
using First = Named<"conv", Conv2d<3, 1>>;
#endif

Network<Shape<3, 8, 8>, First> network;
