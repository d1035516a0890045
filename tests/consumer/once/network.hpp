#pragma once

// A network that a program of two files compiles once.
#include <norma/norma.hpp>

namespace program {
using Net = norma::Network<norma::Shape<1, 4, 4>, norma::Block<4, 3, norma::BatchNorm>, norma::Linear<2>>;
using Curve = norma::Network<norma::Shape<1, 1, 1>, norma::Linear<4>, norma::ReLU, norma::Linear<1>>;
}  // namespace program

#ifndef EVERYWHERE
NORMA_EXTERN(program::Net);
NORMA_EXTERN_LOSS(norma::MeanSquaredError, program::Curve);
#endif
