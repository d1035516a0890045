#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// A frame of zeros, of this many columns on the left and on the right and rows at the top and at the bottom, as
/// PyTorch's `nn.ZeroPad2d`. A negative number cuts off.
template <int Left, int Right = Left, int Top = Left, int Bottom = Left>
struct ZeroPad2d {
    static constexpr FixedString name() {
        return FixedString("ZeroPad2d<") << Left << ", " << Right << ", " << Top << ", " << Bottom << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        const long long height = static_cast<long long>(in.height) + Top + Bottom;
        const long long width = static_cast<long long>(in.width) + Left + Right;
        if (height < 1 || width < 1 || height > most_elements || width > most_elements) {
            builder.refuse(name(), "a height and a width of which it leaves at least 1, and at most 1073741824");
            return;
        }
        const Extent out{in.channels, static_cast<int>(height), static_cast<int>(width)};
        if (out != in || Top != 0 || Left != 0) {
            builder.append(ops::Slice{{.input = in, .output = out, .top = -Top, .left = -Left}});
        }
    }
};

/// Where a shortcut puts its channels of zeros.
enum class ZeroChannels {
    both_sides,  ///< half of them before the channels of x, the other half after; of an odd number the last one after
    after        ///< all after the channels of x
};

/// Every Stride-th row and column of x, and channels of zeros up to OutChannels: the shortcut without parameters of the
/// original ResNet for CIFAR (He et al., 2016, "option A"), for use in `ProjectedResidual`.
template <int OutChannels, Size Stride = 1, ZeroChannels Zeros = ZeroChannels::both_sides>
struct PaddedShortcut {
    static_assert(OutChannels > 0 && Stride.height > 0 && Stride.width > 0,
                  "norma: PaddedShortcut<channels, stride> needs positive channels and stride.");

    static constexpr FixedString name() {
        FixedString text = FixedString("PaddedShortcut<") << OutChannels << ", " << Stride;
        if (Zeros == ZeroChannels::after) text << ", ZeroChannels::after";
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        if (in.channels > OutChannels) {
            builder.refuse(name(), FixedString("at most ") << OutChannels << " channels");
            return;
        }
        const int before = Zeros == ZeroChannels::both_sides ? (OutChannels - in.channels) / 2 : 0;
        const Extent out{OutChannels, (in.height - 1) / Stride.height + 1, (in.width - 1) / Stride.width + 1};
        if (out != in) {
            builder.append(ops::Slice{{.input = in, .output = out, .stride = Stride, .first = -before}});
        }
    }
};

}  // namespace norma::inline NORMA_TARGET
