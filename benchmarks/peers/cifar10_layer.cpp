#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::cifar10_layer() { return entry_of<Cifar10Net<LayerNorm>>("cifar10/layer"); }
