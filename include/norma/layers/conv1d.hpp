#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/conv2d.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Refuses a shape that is no sequence, and returns false.
constexpr bool is_sequence(GraphBuilder& builder, const FixedString& name) {
    if (builder.shape().height == 1) return true;
    builder.refuse(name, "a height of 1, because it works along the width");
    return false;
}
}  // namespace detail

/// One-dimensional convolution along the width of a sequence, a `Shape<channels, 1, length>`. The same as `Conv2d` with
/// kernel 1 × Kernel; in files the weight has PyTorch's shape of Conv1d, OutChannels × input channels of a group ×
/// Kernel.
template <int OutChannels, int Kernel, int Stride = 1, int Padding = 0, Bias WithBias = Bias::no, int Dilation = 1,
          int Groups = 1>
struct Conv1d {
    static_assert(OutChannels > 0 && Kernel > 0 && Stride > 0 && Padding >= 0 && Dilation > 0 && Groups > 0 &&
                      OutChannels % (Groups > 0 ? Groups : 1) == 0,
                  "norma: Conv1d<channels, kernel, stride, padding, bias, dilation, groups> needs positive channels, "
                  "kernel, stride and dilation, a padding that is not negative, and groups that divide its channels.");

    static constexpr FixedString name() {
        return detail::convolution_name("Conv1d", OutChannels, Kernel, Stride, Padding, Dilation, Groups, WithBias);
    }
    static constexpr void append(GraphBuilder& builder) {
        if (!detail::is_sequence(builder, name())) return;
        detail::append_convolution(builder, name(), OutChannels, {1, Kernel}, {1, Stride}, {0, Padding}, {1, Dilation},
                                   Groups, WithBias, 1);
    }
};

}  // namespace norma::inline NORMA_TARGET
