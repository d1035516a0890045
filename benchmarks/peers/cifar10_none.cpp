#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::cifar10_none() { return entry_of<Cifar10Net<NoNorm>>("cifar10/none"); }
