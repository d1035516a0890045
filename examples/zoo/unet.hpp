#pragma once

#include "norma/norma.hpp"

namespace norma::zoo {

namespace detail {
/// Two 3×3 convolutions, each with norm and ReLU. Names are those of milesial's Pytorch-UNet.
template <int Channels, class Norm>
using DoubleConv = Sequential<
    Named<"double_conv", Sequential<Conv2d<Channels, 3, 1, 1>, Norm, ReLU, Conv2d<Channels, 3, 1, 1>, Norm, ReLU>>>;
template <int Channels, class Norm>
using Down = Sequential<Named<"maxpool_conv", Sequential<MaxPool2d<2>, DoubleConv<Channels, Norm>>>>;
template <int Channels, class Norm>
using Up = Sequential<Named<"conv", DoubleConv<Channels, Norm>>>;
using Enlarge = Upsample<2, Interpolation::bilinear>;
/// The input, and beside it in the channels what smaller images tell.
template <class... Smaller>
using Beside = Named<"", Concat<Identity, Named<"", Sequential<Smaller...>>>>;
}  // namespace detail

/// A small U-Net (Ronneberger et al., 2015) of 16, 32 and 64 channels; the output has `Classes` numbers per pixel.
template <class Norm = BatchNorm, ShapeType Input = Shape<3, 64, 64>, int Classes = 2>
using SmallUNet = Network<Input, Named<"inc", detail::DoubleConv<16, Norm>>,
                          detail::Beside<Named<"down1", detail::Down<32, Norm>>,
                                         detail::Beside<Named<"down2", detail::Down<64, Norm>>, detail::Enlarge>,
                                         Named<"up1", detail::Up<32, Norm>>, detail::Enlarge>,
                          Named<"up2", detail::Up<16, Norm>>,
                          Named<"outc", Sequential<Named<"conv", Conv2d<Classes, 1, 1, 0, Bias::yes>>>>>;

static_assert(SmallUNet<>::parameter_count == 118'610);

}  // namespace norma::zoo
