// expect: norma: layer 1, Conv1d<4, 3>, gets 4x2x8 but needs a height of 1, because it works along the width
#include <norma/layers/conv1d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int height = 2;
#else
constexpr int height = 1;
#endif

Network<Shape<4, height, 8>, Conv1d<4, 3>> network;
