#pragma once

#include "harness.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/network/network.hpp"
#include "norma/norm/batch.hpp"

namespace fuzz {

/// A convolution, running statistics and a linear layer, with so few numbers that reading them takes microseconds.
using TinyNetwork = norma::Network<norma::Shape<1, 2, 2>, norma::Block<2, 1, norma::BatchNorm>, norma::Linear<2>>;

/// All parameters and statistics of the network.
inline Bits bits_of(const TinyNetwork& network) {
    Bits bits;
    bits << network.parameters() << network.running_mean() << network.running_var() << network.tracked_batches();
    return bits;
}

}  // namespace fuzz
