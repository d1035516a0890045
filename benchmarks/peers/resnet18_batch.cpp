#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::resnet18_batch() { return entry_of<ResNet18<BatchNorm>>("resnet18/batch"); }
