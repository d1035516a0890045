#pragma once

#include <ratio>

#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/network/network.hpp"

/// The experiment's kinds of layers, dropout too, on images of 3×8×8 and four classes.
template <class Norm>
using SmallNetwork =
    norma::Network<norma::Shape<3, 8, 8>, norma::Block<8, 3, Norm>, norma::Residual<norma::Block<8, 1, Norm>>,
                   norma::Dropout<std::ratio<1, 5>>, norma::MaxPool2d<2>, norma::Linear<4>>;
