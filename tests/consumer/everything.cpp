// Instantiates everything of norma that a program may use. compiler.cmake writes everything.hpp, which includes every
// header.
#include "everything.hpp"

namespace {

using namespace norma;

template <class T, class Norm>
using Net =
    BasicNetwork<T, Shape<3, 32, 32>, Block<8, 3, Norm>, Residual<Block<8, 1, Norm>>, MaxPool2d<2>, AvgPool2d<3>,
                 Dropout<std::ratio<1, 5>>, ProjectedResidual<Conv2d<16, 1>, Sequential<Conv2d<16, 1>, ReLU>>,
                 GlobalAvgPool2d, Linear<10>>;

template <class T, class Norm, template <class> class OptimiserOf, class Rate>
void use(const BasicTrainingOptions<CrossEntropy, typename OptimiserOf<T>::Options, Rate>& options) {
    const TrainTest data = synthetic_dataset(8, 8, 1);
    Batches<T> batches(data.train, {.batch_size = 4, .shuffle = true});
    Net<T, Norm> network(1);
    Threads threads(2);
    Trainer<Net<T, Norm>, CrossEntropy, OptimiserOf, Rate> trainer(network, threads, options);
    trainer.fit(batches, batches, batches);
    update_bn(network, batches, threads);
    predict(network, std::span<const T>(std::vector<T>(std::size_t(Net<T, Norm>::input_extent.size()))));
    load_checkpoint(trainer, checkpoint_bytes(trainer));
    load_weights(network, save_weights(network));
    readable_json(nlohmann::ordered_json(trainer.history()));
}

}  // namespace

int main() {
    use<float, BatchNorm, Sgd, StepLR>({});
    use<double, GroupNorm<2>, AdamW, LinearWarmup<CosineAnnealingLR>>(
        {.epochs = 2, .learning_rate = LinearWarmup(CosineAnnealingLR(0.1, 2), 1), .max_grad_norm = 1});
    summary<Net<float, LayerNorm>>();
    const bool norm_conforms = conformance::check_norm<InstanceNorm>().conforms();
    return norm_conforms && conformance::check_layer<AvgPool2d<2>, Shape<3, 5, 7>>().conforms() ? 0 : 1;
}
