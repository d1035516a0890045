#pragma once

#include <Eigen/Core>

#include <cmath>
#include <span>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Scales the gradient of all parameters, in place, by max_norm / (norm + 1e-6) where that is below 1 (PyTorch's
/// torch.nn.utils.clip_grad_norm_ with the Euclidean norm). Returns the norm that it had, summed in double in an order
/// that depends on its length alone. A gradient whose norm is not finite is left as it is.
template <class T>
double clip_grad_norm(std::span<T> gradient, double max_norm) {
    Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> g(gradient.data(), static_cast<Eigen::Index>(gradient.size()));
    const double norm = std::sqrt(g.template cast<double>().square().sum());
    const double factor = max_norm / (norm + 1e-6);
    if (factor < 1 && std::isfinite(norm)) g *= static_cast<T>(factor);
    return norm;
}

}  // namespace norma::inline NORMA_TARGET
