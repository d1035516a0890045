#include "step/measure.hpp"

norma::bench::Entry norma::bench::resnet20_group() {
    return {"resnet20/group", add_resnet20<GroupNorm<2>>, train_briefly<ResNet20<GroupNorm<2>>>};
}
