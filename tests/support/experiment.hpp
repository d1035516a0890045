#pragma once

#include <ratio>

#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/network/network.hpp"

/// The network of the experiment.
template <class Norm>
using Experiment = norma::Network<norma::Shape<3, 32, 32>, norma::Block<16, 3, Norm>, norma::Block<16, 3, Norm>,
                                  norma::Residual<norma::Block<16, 1, Norm>>, norma::Dropout<std::ratio<1, 5>>,
                                  norma::MaxPool2d<2>, norma::Block<32, 3, Norm>, norma::Block<32, 3, Norm>,
                                  norma::Residual<norma::Block<32, 1, Norm>>, norma::Dropout<std::ratio<1, 5>>,
                                  norma::MaxPool2d<2>, norma::Block<32, 3, Norm>, norma::Block<32, 3, Norm>,
                                  norma::Conv2d<10, 1>, norma::GlobalAvgPool2d, norma::Residual<norma::Conv2d<10, 1>>>;
