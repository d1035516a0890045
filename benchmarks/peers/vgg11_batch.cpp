#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::vgg11_batch() { return entry_of<Vgg11<BatchNorm>>("vgg11/batch"); }
