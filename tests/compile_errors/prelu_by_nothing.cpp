// expect: norma: PReLU<slopes, Fraction{n, d}> needs a positive denominator.
#include <norma/layers/prelu.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
using Tried = PReLU<Slopes::one, Fraction{1, 0}>;
#else
using Tried = PReLU<Slopes::one, Fraction{1, 2}>;
#endif

Network<Shape<3, 8, 8>, Tried> network;
