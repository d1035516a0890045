#include "step/measure.hpp"

norma::bench::Entry norma::bench::cifar10_group() {
    return {"cifar10/group", add_cifar10<GroupNorm<2>>, train_briefly<Cifar10Net<GroupNorm<2>>>};
}
