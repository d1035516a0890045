#pragma once

#include <concepts>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/builder.hpp"
#include "norma/norm/policy.hpp"

namespace norma::inline NORMA_TARGET {

/// A layer: a class without state that has a `name()` and `append(builder)`, which appends its nodes for the shape of
/// its input or refuses that shape.
template <class L>
concept Layer = requires(GraphBuilder& builder) {
    { L::name() } -> std::convertible_to<FixedString>;
    L::append(builder);
};

namespace detail {
/// Height and width of the output of windows over `in`; 0 where no window fits.
constexpr Size output_size(Extent in, Size kernel, Size stride, Size padding, Size dilation = 1) {
    using kernels::Convolution;
    return {Convolution::output_size(in.height, kernel.height, stride.height, padding.height, dilation.height),
            Convolution::output_size(in.width, kernel.width, stride.width, padding.width, dilation.width)};
}

/// Refuses a shape that no window of this size fits.
constexpr void refuse_window(GraphBuilder& builder, const FixedString& name, Size kernel, Size padding, Size dilation) {
    const int height = (kernel.height - 1) * dilation.height + 1 - 2 * padding.height;
    const int width = (kernel.width - 1) * dilation.width + 1 - 2 * padding.width;
    if (height == width) {
        builder.refuse(name, FixedString("a height and a width of at least ") << height);
    } else {
        builder.refuse(name, FixedString("a height of at least ") << height << " and a width of at least " << width);
    }
}
}  // namespace detail

/// Appends a layer, or a norm or activation policy that is used as a layer.
template <class L>
constexpr void append_layer(GraphBuilder& builder) {
    static_assert(Layer<L> || NormPolicyCheck<L>::value || kernels::ActivationPolicy<L>,
                  "norma: every part of a network must be a layer (such as Conv2d, ReLU, Block) or a norm policy (such "
                  "as BatchNorm).");
    if constexpr (NormPolicy<L>) {
        if (builder.refused()) return;
        const Extent shape = builder.shape();
        const int groups = L::groups(shape.channels);
        if (groups < 1) {
            builder.refuse(L::name(), "a number of channels that its groups(channels) accepts");
            return;
        }
        if (shape.channels % groups != 0) {
            builder.refuse(L::name(), FixedString("a number of channels divisible by its ") << groups << " groups");
            return;
        }
        if (L::per_pixel && groups != 1) {
            builder.refuse(L::name(), FixedString("one group, not ")
                                          << groups << ", because its statistics are per pixel");
            return;
        }
        if constexpr (L::normalises) {
            constexpr bool within_sample = !L::over_batch && L::subtracts_mean;
            if (within_sample && normalisation<L>(shape).domain_size() == 1) {
                builder.refuse(L::name(),
                               "more than one value for each mean, because one value minus its own mean is always 0");
                return;
            }
            builder.append(ops::Norm{normalisation<L>(shape)});
        }
    } else if constexpr (kernels::ActivationPolicy<L>) {
        builder.append(ops::Activation{builder.shape(), kernels::activation_of<L>});
    } else if constexpr (Layer<L>) {
        if (!builder.refused()) L::append(builder);
    }
}

}  // namespace norma::inline NORMA_TARGET
