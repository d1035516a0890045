#pragma once

#include "network.hpp"
#include "norma/training/instantiate.hpp"

// networks.cpp compiles these networks, for compare, predict and batch_size_sweep.
NORMA_EXTERN(norma::compare::Cifar10Net<norma::BatchNorm>);
NORMA_EXTERN(norma::compare::Cifar10Net<norma::GroupNorm<2>>);
NORMA_EXTERN(norma::compare::Cifar10Net<norma::LayerNorm>);
NORMA_EXTERN(norma::compare::Cifar10Net<norma::NoNorm>);
