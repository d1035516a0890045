// expect: norma: NORMA_EXTERN and NORMA_INSTANTIATE take the type of a network, such as Network<Shape<3, 32, 32>,
// Linear<10>>.
#include <norma/layers/linear.hpp>
#include <norma/training/instantiate.hpp>

#ifdef BAD
using Net = norma::Linear<10>;
#else
using Net = norma::Network<norma::Shape<3, 32, 32>, norma::Linear<10> >;
#endif

// Outside all namespaces, where the macro belongs.
NORMA_EXTERN(Net);
