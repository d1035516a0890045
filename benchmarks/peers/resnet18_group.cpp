#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::resnet18_group() { return entry_of<ResNet18<GroupNorm<32>>>("resnet18/group"); }
