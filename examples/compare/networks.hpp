#pragma once

#include NORMA_ZOO_HEADER
#include "norma/core/precision.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"
#include "norma/training/instantiate.hpp"

namespace norma::compare {

/// The network of these programs. CMake defines the macros for each network of examples/zoo/networks.cmake, and for
/// each precision: NORMA_ZOO_NUMBERS is `float` or `norma::Bf16`.
template <class Norm>
using ComparedNet = typename NORMA_ZOO_TYPE::template Rebind<NORMA_ZOO_NUMBERS>;

}  // namespace norma::compare

// networks.cpp compiles these networks, for compare, predict and batch_size_sweep.
NORMA_EXTERN(norma::compare::ComparedNet<norma::BatchNorm>);
NORMA_EXTERN(norma::compare::ComparedNet<norma::GroupNorm<NORMA_ZOO_GROUPS>>);
NORMA_EXTERN(norma::compare::ComparedNet<norma::LayerNorm>);
NORMA_EXTERN(norma::compare::ComparedNet<norma::NoNorm>);
