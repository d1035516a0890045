#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// Whether a layer adds a learned number per output channel.
enum class Bias : bool { no, yes };

namespace detail {
/// Appends the convolution of the layer `name`, of `axes` dimensions, or refuses a shape that it does not fit.
constexpr void append_convolution(GraphBuilder& builder, const FixedString& name, int channels, Size kernel,
                                  Size stride, Size padding, Size dilation, int groups, Bias bias, int axes) {
    const Extent in = builder.shape();
    const Size out = output_size(in, kernel, stride, padding, dilation);
    if (out.height < 1 || out.width < 1) {
        refuse_window(builder, name, kernel, padding, dilation);
        return;
    }
    if (in.channels % groups != 0) {
        builder.refuse(name, FixedString("a number of channels divisible by its ") << groups << " groups");
        return;
    }
    builder.append(
        ops::Convolution{.shape = {in, {channels, out.height, out.width}, kernel, stride, padding, dilation, groups},
                         .bias = bias == Bias::yes,
                         .axes = axes});
}

/// The name of a convolution of the kind `kind`, without arguments that have their default value.
constexpr FixedString convolution_name(const char* kind, int channels, Size kernel, Size stride, Size padding,
                                       Size dilation, int groups, Bias bias) {
    FixedString text = FixedString(kind) << "<" << channels << ", " << kernel;
    const bool more = dilation != Size(1) || groups != 1;
    if (stride != Size(1) || padding != Size(0) || more) text << ", " << stride << ", " << padding;
    if (more) text << (bias == Bias::yes ? ", Bias::yes, " : ", Bias::no, ") << dilation << ", " << groups;
    return text << ">";
}
}  // namespace detail

/// Two-dimensional convolution (cross-correlation, as in PyTorch):
/// y[o, i, j] = bias[o] + Σ weight[o, c, p, q] · x[c, i·Stride − Padding + p·Dilation, j·Stride − Padding +
/// q·Dilation], zeros outside. Kernel, stride, padding and dilation are a number or a `Size{height, width}`. With
/// `Groups`, output channels of group g read the input channels of group g alone.
/// @snippet examples_test.cpp layers
template <int OutChannels, Size Kernel, Size Stride = 1, Size Padding = 0, Bias WithBias = Bias::no, Size Dilation = 1,
          int Groups = 1>
struct Conv2d {
    static_assert(OutChannels > 0 && Kernel.height > 0 && Kernel.width > 0 && Stride.height > 0 && Stride.width > 0 &&
                      Padding.height >= 0 && Padding.width >= 0,
                  "norma: Conv2d<channels, kernel, stride, padding> needs positive channels, kernel and stride, and a "
                  "padding that is not negative.");
    static_assert(Dilation.height > 0 && Dilation.width > 0 && Groups > 0 &&
                      OutChannels % (Groups > 0 ? Groups : 1) == 0,
                  "norma: Conv2d<channels, kernel, stride, padding, bias, dilation, groups> needs a positive dilation, "
                  "and groups that divide its channels.");

    static constexpr FixedString name() {
        return detail::convolution_name("Conv2d", OutChannels, Kernel, Stride, Padding, Dilation, Groups, WithBias);
    }
    static constexpr void append(GraphBuilder& builder) {
        detail::append_convolution(builder, name(), OutChannels, Kernel, Stride, Padding, Dilation, Groups, WithBias,
                                   2);
    }
};

}  // namespace norma::inline NORMA_TARGET
