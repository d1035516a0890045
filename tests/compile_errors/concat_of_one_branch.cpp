// expect: norma: Concat<branches...> needs at least two branches.
#include <norma/layers/parallel.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Branches = Concat<Identity>;
#else
using Branches = Concat<Identity, Identity>;
#endif

Network<Shape<3, 8, 8>, Branches> network;
