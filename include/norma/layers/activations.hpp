#pragma once

#include "norma/core/target.hpp"
#include "norma/kernels/activations_hard.hpp"
#include "norma/kernels/activations_smooth.hpp"
#include "norma/layers/layer.hpp"

/// Activations as layers: a policy is used as a layer, as a norm policy is. A policy of your own needs no more than a
/// name, a value and a derivative (docs/add-a-layer.md).
namespace norma::inline NORMA_TARGET {

using activation::CELU;
using activation::ELU;
using activation::GELU;
using activation::HardSigmoid;
using activation::HardSwish;
using activation::LeakyReLU;
using activation::ReLU;
using activation::ReLU6;
using activation::SELU;
using activation::Sigmoid;
using activation::SiLU;
using activation::Softplus;
using activation::Tanh;
using activation::TanhGELU;

}  // namespace norma::inline NORMA_TARGET
