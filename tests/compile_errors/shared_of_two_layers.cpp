// expect: layer 2, Shared<head, Conv2d<3, 3>>, gets 3x8x8 but needs a name of its own, because head is Conv2d<3, 1>
#include <norma/layers/conv2d.hpp>
#include <norma/layers/shared.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
Network<Shape<3, 8, 8>, Shared<"head", Conv2d<3, 1>>, Shared<"head", Conv2d<3, 3>>> network;
#else
Network<Shape<3, 8, 8>, Shared<"head", Conv2d<3, 1>>, Shared<"head", Conv2d<3, 1>>> network;
#endif
