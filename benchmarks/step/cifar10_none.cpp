#include "step/measure.hpp"

norma::bench::Entry norma::bench::cifar10_none() {
    return {"cifar10/none", add_cifar10<NoNorm>, train_briefly<Cifar10Net<NoNorm>>};
}
