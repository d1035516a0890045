#include "distributed/workload_of.hpp"
#include "zoo/resnet.hpp"

norma::bench::WorkloadEntry norma::bench::resnet18() {
    return entry_of<zoo::ResNet18<BatchNorm>>("resnet18", "ResNet-18");
}
