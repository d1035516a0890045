#pragma once

#include "compare/network.hpp"
#include "zoo/resnet.hpp"
#include "zoo/vgg.hpp"

/// The networks that are measured: the experiment's, and those that people know. All take 3 × 32 × 32 images.
namespace norma::bench {

using compare::Cifar10Net;
using zoo::ResNet18;
using zoo::ResNet20;
using zoo::Vgg11;

}  // namespace norma::bench
