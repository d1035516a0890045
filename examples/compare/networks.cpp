#include "networks.hpp"

// All networks are in one file: they share the kernels of their convolutions, which are then compiled once.
NORMA_INSTANTIATE(norma::compare::Cifar10Net<norma::BatchNorm>);
NORMA_INSTANTIATE(norma::compare::Cifar10Net<norma::GroupNorm<2>>);
NORMA_INSTANTIATE(norma::compare::Cifar10Net<norma::LayerNorm>);
NORMA_INSTANTIATE(norma::compare::Cifar10Net<norma::NoNorm>);
