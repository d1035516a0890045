#include "step/measure.hpp"

norma::bench::Entry norma::bench::cifar10_layer() {
    return {"cifar10/layer", add_cifar10<LayerNorm>, train_briefly<Cifar10Net<LayerNorm>>};
}
