#pragma once

#include "network.hpp"
#include "norma/core/precision.hpp"

namespace norma::cifar94 {

/// The network of this program. CMake compiles the files that need it for each precision: NORMA_CIFAR94_NUMBERS is
/// `float` or `norma::Bf16`.
template <class Norm>
using Net = typename Airbench94<Norm>::template Rebind<NORMA_CIFAR94_NUMBERS>;

}  // namespace norma::cifar94
