// expect: norma: Scale<Fraction{n, d}> needs a positive denominator.
#include <norma/layers/scale.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Tried = Scale<Fraction{1, 0}>;
#else
using Tried = Scale<Fraction{1, 2}>;
#endif

Network<Shape<3, 8, 8>, Tried> network;
