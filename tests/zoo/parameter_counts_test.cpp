#include <doctest/doctest.h>

#include <string>

#include "norma/network/state_names.hpp"
#include "zoo/autoencoder.hpp"
#include "zoo/convmixer.hpp"
#include "zoo/convnext.hpp"
#include "zoo/densenet.hpp"
#include "zoo/lenet.hpp"
#include "zoo/m5.hpp"
#include "zoo/mlp.hpp"
#include "zoo/mobilenet.hpp"
#include "zoo/preact_resnet.hpp"
#include "zoo/resnet.hpp"
#include "zoo/resnet_option_a.hpp"
#include "zoo/se_resnet.hpp"
#include "zoo/shufflenet.hpp"
#include "zoo/squeezenet.hpp"
#include "zoo/unet.hpp"
#include "zoo/vgg.hpp"
#include "zoo/wide_resnet.hpp"

// The headers assert the counts with the default norm. This compiles graphs alone, no kernels.
namespace parameter_counts_test {

using namespace norma;

namespace {
/// Does each learned part have a name?
template <class Net>
bool named() {
    return state_names<Net>().size() == learned_parts<Net>();
}
}  // namespace

TEST_CASE("zoo: parameters with another norm, another image and other classes") {
    CHECK(zoo::ResNet20<GroupNorm<4>>::parameter_count == 272'474);
    CHECK(zoo::ResNet20<NoNorm>::parameter_count == 272'474 - 2 * (7 * 16 + 7 * 32 + 7 * 64));
    CHECK(zoo::ResNet18<GroupNorm<32>>::parameter_count == 11'173'962);
    CHECK(zoo::ResNet18<BatchNorm, Shape<3, 64, 64>, 100>::parameter_count == 11'220'132);
    CHECK(zoo::Vgg16<NoNorm>::parameter_count == 14'728'266 - 8'448);
}

TEST_CASE_TEMPLATE("zoo: every learned part has PyTorch's name", Net, zoo::LeNet5<>, zoo::Mlp<>, zoo::ResNet20<>,
                   zoo::ResNet56<>, zoo::ResNet110<>, zoo::ResNet18<>, zoo::PreActResNet18<>, zoo::WideResNet16x4<>,
                   zoo::Vgg11<>, zoo::Vgg16<>, zoo::DenseNet40x12<>, zoo::SqueezeNet<>, zoo::MobileNetV2<>,
                   zoo::ConvMixer256x8<>, zoo::ResNet20OptionA<>, zoo::SeResNet20<>, zoo::ShuffleNetV2<>,
                   zoo::ConvNeXtAtto<>, zoo::SmallUNet<>, zoo::Autoencoder<>, zoo::M5<>, zoo::ResNet18<NoNorm>) {
    CHECK(named<Net>());
}

TEST_CASE("zoo: names of a residual block with and without a projection") {
    const std::vector<std::string> names = state_names<zoo::ResNet20<>>();
    CHECK(names[0] == "conv1");
    CHECK(names[1] == "bn1");
    CHECK(names[2] == "layer1.0.conv1");
    CHECK(names[14] == "layer2.0.downsample.0");
    CHECK(names[16] == "layer2.0.conv1");
    CHECK(names[20] == "layer2.1.conv1");
    CHECK(names.back() == "fc");
}

}  // namespace parameter_counts_test
