# The networks of the zoo by name, for programs that are built for one network. A name is also that of PyTorch's module
# in tests/golden/zoo_networks.py.
#
# norma_zoo_network(NAME TITLE HEADER TYPE [GROUPS number] [NORM name] [NOT_COMPARED reason])
#   TYPE          the network as C++; `Norm` in it is the norm
#   GROUPS        of its group norm; without it the network has no norm that can be exchanged
#   NORM          its own norm, if that is not batch norm
#   NOT_COMPARED  why examples/compare cannot train it
macro(norma_zoo_network name title header type)
    list(APPEND norma_zoo_networks ${name})
    set(norma_zoo_${name}_title "${title}")
    set(norma_zoo_${name}_header "${header}")
    set(norma_zoo_${name}_type "${type}")
    cmake_parse_arguments(norma_zoo_${name} "" "GROUPS;NORM;NOT_COMPARED" "" ${ARGN})
endmacro()

norma_zoo_network(cifar10 "the experiment's network" compare/network.hpp "norma::compare::Cifar10Net<Norm>" GROUPS 2)
set(no_norm NOT_COMPARED "it has no norm")
norma_zoo_network(lenet5 "LeNet-5" zoo/lenet.hpp "norma::zoo::LeNet5<>" ${no_norm})
norma_zoo_network(mlp "MLP" zoo/mlp.hpp "norma::zoo::Mlp<Norm>" GROUPS 32
    NOT_COMPARED "it takes 54 features instead of images")
norma_zoo_network(m5 "M5" zoo/m5.hpp "norma::zoo::M5<Norm>" GROUPS 32 NOT_COMPARED "it takes sound instead of images")
norma_zoo_network(resnet20_option_a "ResNet-20, shortcuts without parameters" zoo/resnet_option_a.hpp
    "norma::zoo::ResNet20OptionA<Norm>" GROUPS 2)
norma_zoo_network(resnet20 "ResNet-20" zoo/resnet.hpp "norma::zoo::ResNet20<Norm>" GROUPS 2)
norma_zoo_network(resnet56 "ResNet-56" zoo/resnet.hpp "norma::zoo::ResNet56<Norm>" GROUPS 2)
norma_zoo_network(resnet110 "ResNet-110" zoo/resnet.hpp "norma::zoo::ResNet110<Norm>" GROUPS 2)
norma_zoo_network(se_resnet20 "SE-ResNet-20" zoo/se_resnet.hpp "norma::zoo::SeResNet20<Norm>" GROUPS 2)
norma_zoo_network(resnet18 "ResNet-18" zoo/resnet.hpp "norma::zoo::ResNet18<Norm>" GROUPS 32)
norma_zoo_network(preact_resnet18 "pre-activation ResNet-18" zoo/preact_resnet.hpp
    "norma::zoo::PreActResNet18<Norm>" GROUPS 32)
norma_zoo_network(wide_resnet16x4 "WideResNet-16-4" zoo/wide_resnet.hpp "norma::zoo::WideResNet16x4<Norm>" GROUPS 16)
norma_zoo_network(vgg11 "VGG-11" zoo/vgg.hpp "norma::zoo::Vgg11<Norm>" GROUPS 32)
norma_zoo_network(vgg16 "VGG-16" zoo/vgg.hpp "norma::zoo::Vgg16<Norm>" GROUPS 32)
norma_zoo_network(densenet40x12 "DenseNet-40-12" zoo/densenet.hpp "norma::zoo::DenseNet40x12<Norm>" GROUPS 4)
norma_zoo_network(squeezenet "SqueezeNet 1.1" zoo/squeezenet.hpp
    "norma::zoo::SqueezeNet<norma::Shape<3, 224, 224>, 10>" ${no_norm})
norma_zoo_network(mobilenet_v2 "MobileNetV2" zoo/mobilenet.hpp "norma::zoo::MobileNetV2<Norm>" GROUPS 8)
norma_zoo_network(shufflenet_v2 "ShuffleNetV2 1.0" zoo/shufflenet.hpp "norma::zoo::ShuffleNetV2<Norm>" GROUPS 2)
norma_zoo_network(convmixer256x8 "ConvMixer-256/8" zoo/convmixer.hpp "norma::zoo::ConvMixer256x8<Norm>" GROUPS 32)
norma_zoo_network(convnext_atto "ConvNeXt-Atto" zoo/convnext.hpp "norma::zoo::ConvNeXtAtto<Norm>" GROUPS 8
    NORM channel)
norma_zoo_network(small_unet "small U-Net" zoo/unet.hpp "norma::zoo::SmallUNet<Norm>" GROUPS 16
    NOT_COMPARED "it classifies pixels instead of images")
norma_zoo_network(autoencoder "convolutional autoencoder" zoo/autoencoder.hpp "norma::zoo::Autoencoder<>"
    NOT_COMPARED "it classifies nothing")

# The names of the norms that the network NAME can have, its own first.
function(norma_zoo_norms variable name)
    set(norms none)
    if(norma_zoo_${name}_GROUPS)
        set(norms ${norma_zoo_${name}_NORM} batch group layer none)
        list(REMOVE_DUPLICATES norms)
    endif()
    set(${variable} ${norms} PARENT_SCOPE)
endfunction()

# The network NAME as macros for the sources of a target (PRIVATE), and of those that link to it (PUBLIC).
function(norma_zoo_definitions target visibility name)
    set(groups ${norma_zoo_${name}_GROUPS})
    if(NOT groups)
        set(groups 1)
    endif()
    target_compile_definitions(${target} ${visibility}
        NORMA_ZOO_NAME="${name}" NORMA_ZOO_TITLE="${norma_zoo_${name}_title}"
        NORMA_ZOO_HEADER="${norma_zoo_${name}_header}" "NORMA_ZOO_TYPE=${norma_zoo_${name}_type}"
        NORMA_ZOO_GROUPS=${groups})
endfunction()
