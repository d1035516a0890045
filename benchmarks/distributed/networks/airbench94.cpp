#include "cifar94/network.hpp"
#include "distributed/workload_of.hpp"

norma::bench::WorkloadEntry norma::bench::airbench94() {
    return entry_of<cifar94::Airbench94<cifar94::Batch>>("airbench94", "the 94 % recipe's network");
}
