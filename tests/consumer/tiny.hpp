#pragma once

// Everything except io, and a network that both files of this program use.
#include <norma/norma.hpp>

using TinyNet = norma::Network<norma::Shape<1, 4, 4>, norma::Block<2, 3, norma::GroupNorm<1>>, norma::Linear<2>>;

/// Class that `network` gives to a white image.
int class_of_white(const TinyNet& network);
