#include "network.hpp"

NORMA_INSTANTIATE(program::Net);
NORMA_INSTANTIATE_LOSS(norma::MeanSquaredError, program::Curve);
