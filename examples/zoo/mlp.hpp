#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

/// A multilayer perceptron on tabular data: two hidden layers of `Width`, each with a norm. The default is the data set
/// Covertype: 54 features, 7 classes.
template <class Norm = BatchNorm, int Features = 54, int Classes = 7, int Width = 256>
using Mlp = Network<Shape<Features, 1, 1>, Linear<Width>, Norm, ReLU, Linear<Width>, Norm, ReLU, Linear<Classes>>;

static_assert(Mlp<>::parameter_count == 82'695);

}  // namespace norma::zoo
