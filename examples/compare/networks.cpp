#include "networks.hpp"

// All networks are in one file: they share the kernels of their convolutions, which are then compiled once.
NORMA_INSTANTIATE(norma::compare::ComparedNet<norma::BatchNorm>);
NORMA_INSTANTIATE(norma::compare::ComparedNet<norma::GroupNorm<NORMA_ZOO_GROUPS>>);
NORMA_INSTANTIATE(norma::compare::ComparedNet<norma::LayerNorm>);
NORMA_INSTANTIATE(norma::compare::ComparedNet<norma::NoNorm>);
