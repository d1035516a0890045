#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::cifar10_batch() { return entry_of<Cifar10Net<BatchNorm>>("cifar10/batch"); }
