// expect: norma: Gate<layers...> needs at least one layer in its branch.
#include <norma/layers/gate.hpp>
#include <norma/layers/scale.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Tried = Gate<>;
#else
using Tried = Gate<Scale<Fraction{1, 2}> >;
#endif

Network<Shape<3, 8, 8>, Tried> network;
