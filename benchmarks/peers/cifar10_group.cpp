#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::cifar10_group() { return entry_of<Cifar10Net<GroupNorm<2>>>("cifar10/group"); }
