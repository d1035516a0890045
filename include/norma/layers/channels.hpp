#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// Channels First to First + Count − 1: as x[:, First:First + Count] in PyTorch. A split is a `Concat` or `Sum` whose
/// branches begin with such slices.
template <int First, int Count>
struct Channels {
    static_assert(First >= 0 && Count > 0,
                  "norma: Channels<first, count> needs a first channel that is not negative, and a positive count.");

    static constexpr FixedString name() { return FixedString("Channels<") << First << ", " << Count << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        if (in.channels - First < Count) {
            builder.refuse(name(), FixedString("at least ") << static_cast<long long>(First) + Count << " channels");
        } else if (in.channels != Count) {
            builder.append(ops::Slice{{.input = in, .output = {Count, in.height, in.width}, .first = First}});
        }
    }
};

/// Cuts the channels into groups and takes the first of each, then the second of each, and so on, as PyTorch's
/// `nn.ChannelShuffle`: y[k·Groups + g] = x[g·(C / Groups) + k] (Zhang et al., 2018).
template <int Groups>
struct ChannelShuffle {
    static_assert(Groups > 0, "norma: ChannelShuffle<groups> needs a positive number of groups.");

    static constexpr FixedString name() { return FixedString("ChannelShuffle<") << Groups << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        if (in.channels % Groups != 0) {
            builder.refuse(name(), FixedString("a number of channels divisible by its ") << Groups << " groups");
        } else if (Groups > 1 && Groups < in.channels) {
            builder.append(ops::Permute{in, Groups});
        }
    }
};

/// All numbers of a sample as the channels of one pixel, in PyTorch's order C×H×W. `Linear` does not need it: it reads
/// an image as it is, and its weight has PyTorch's order in files. It is for layers to which the order matters, such as
/// a norm in groups or a slice of the channels.
struct Flatten {
    static constexpr FixedString name() { return "Flatten"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        if (in.pixels() > 1) builder.append(ops::Permute{in});
    }
};

/// An image of C × H × W from a vector of as many numbers in PyTorch's order, as `nn.Unflatten(1, (C, H, W))`; the
/// inverse of `Flatten`. After `Channels` it takes an image out of a sample that has several inputs, one after another.
template <int C, int H, int W>
struct Unflatten {
    static_assert(
        C > 0 && H > 0 && W > 0 && Extent{C, H, W}.fits(),
        "norma: Unflatten<channels, height, width> needs positive sizes, of at most 1073741824 numbers together.");

    static constexpr FixedString name() { return FixedString("Unflatten<") << C << ", " << H << ", " << W << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        constexpr Extent image{C, H, W};
        const Extent in = builder.shape();
        if (in != Extent{image.size(), 1, 1}) {
            builder.refuse(name(), FixedString("a vector of ") << image.size() << " numbers");
        } else if (image.pixels() > 1) {
            builder.append(ops::Permute{in, C, image});
        }
    }
};

}  // namespace norma::inline NORMA_TARGET
