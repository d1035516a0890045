#pragma once

#include <cstddef>

#include <norma/kernels/convolution.hpp>
#include <norma/kernels/depthwise.hpp>

/// Calls `visit(x, w, y)` with indices of the three arrays for every product x · w that is added to y. It defines what
/// a convolution and its gradients add up.
template <class Visit>
void for_each_product(const norma::kernels::Convolution& c, const Visit& visit) {
    const int inputs = c.input.channels / c.groups;
    const int outputs = c.output.channels / c.groups;
    const int input_pitch = c.input_pitch == 0 ? c.input.channels : c.input_pitch;
    const int output_pitch = c.output_pitch == 0 ? c.output.channels : c.output_pitch;
    for (int oy = 0; oy < c.output.height; ++oy) {
        for (int ox = 0; ox < c.output.width; ++ox) {
            for (int ky = 0; ky < c.kernel.height; ++ky) {
                for (int kx = 0; kx < c.kernel.width; ++kx) {
                    const int iy = oy * c.stride.height - c.padding.height + ky * c.dilation.height;
                    const int ix = ox * c.stride.width - c.padding.width + kx * c.dilation.width;
                    if (iy < 0 || iy >= c.input.height || ix < 0 || ix >= c.input.width) continue;
                    for (int o = 0; o < c.output.channels; ++o) {
                        for (int i = 0; i < inputs; ++i) {
                            const int tap = ky * c.kernel.width + kx;
                            visit(static_cast<std::size_t>((iy * c.input.width + ix) * input_pitch +
                                                           o / outputs * inputs + i),
                                  static_cast<std::size_t>((tap * inputs + i) * c.output.channels + o),
                                  static_cast<std::size_t>((oy * c.output.width + ox) * output_pitch + o));
                        }
                    }
                }
            }
        }
    }
}

/// The same for a depthwise convolution: one with a group for each input channel.
template <class Visit>
void for_each_product(const norma::kernels::Depthwise& c, const Visit& visit) {
    for_each_product(norma::kernels::Convolution{.input = c.input,
                                                 .output = c.output,
                                                 .kernel = c.kernel,
                                                 .stride = c.stride,
                                                 .padding = c.padding,
                                                 .dilation = c.dilation,
                                                 .groups = c.input.channels},
                     visit);
}
