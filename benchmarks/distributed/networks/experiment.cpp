#include "compare/network.hpp"
#include "distributed/workload_of.hpp"

norma::bench::WorkloadEntry norma::bench::experiment() {
    return entry_of<compare::Cifar10Net<BatchNorm>>("experiment", "the experiment's network");
}
