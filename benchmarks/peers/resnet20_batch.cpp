#include "peers/own_network.hpp"

norma::bench::Entry norma::bench::resnet20_batch() { return entry_of<ResNet20<BatchNorm>>("resnet20/batch"); }
