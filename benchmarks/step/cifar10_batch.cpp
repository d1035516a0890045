#include "step/measure.hpp"

norma::bench::Entry norma::bench::cifar10_batch() {
    return {"cifar10/batch", add_cifar10<BatchNorm>, train_briefly<Cifar10Net<BatchNorm>>};
}
