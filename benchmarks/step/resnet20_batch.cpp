#include "step/measure.hpp"

norma::bench::Entry norma::bench::resnet20_batch() {
    return {"resnet20/batch", add_resnet20<BatchNorm>, train_briefly<ResNet20<BatchNorm>>};
}
