#pragma once

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/interval.hpp"

/// What a convolution and its gradients add up: for each target pixel, the source pixels that its taps read.
namespace norma::inline NORMA_TARGET::kernels::detail {

/// One axis (rows or columns) of a sum over taps. Tap `k` of target position `t` reads source position t·stride −
/// padding + k·dilation in the forward pass, and (t + padding − k·dilation) / stride, if that is whole, in the
/// transpose.
struct Axis {
    int source;
    int target;
    int kernel;
    int stride;
    int padding;
    bool transposed;
    int dilation = 1;

    static constexpr int none = -1;  ///< the tap reads nothing: outside the source, or between two of its positions
    constexpr int read(int t, int k) const {
        int s = 0;
        if (transposed) {
            const int n = t + padding - k * dilation;
            if (n < 0 || n % stride != 0) return none;
            s = n / stride;
        } else {
            s = t * stride - padding + k * dilation;
        }
        return s >= 0 && s < source ? s : none;
    }
    /// Do the targets [first, first + count) have the same taps as in the middle of a wide image? (With a stride, the
    /// transpose has not all taps there either.)
    constexpr bool interior(int first, int count) const {
        if (transposed) {
            return first % stride == 0 && first + padding - reach() >= 0 &&
                   (first + count - 1 + padding) / stride < source;
        }
        return first * stride - padding >= 0 && (first + count - 1) * stride - padding + reach() < source;
    }
    /// Distance of the last tap from the first.
    constexpr int reach() const { return (kernel - 1) * dilation; }
};

/// Output positions whose tap `k` is inside the image.
constexpr Interval positions_of_tap(const Axis& axis, int k) {
    int begin = 0;
    while (begin < axis.target && axis.read(begin, k) == Axis::none) ++begin;
    int end = axis.target;
    while (end > begin && axis.read(end - 1, k) == Axis::none) --end;
    return {begin, end};
}

/// A sum over taps. Forward pass: the source is the input, the target the output. Gradient of the input (transposed):
/// the source is the gradient of the output, the target that of the input.
struct TapSum {
    Extent source;  ///< of one group
    Extent target;  ///< of one group
    Axis y;
    Axis x;
    int groups = 1;
    int source_pitch = 0;  ///< from one pixel of the source to the next; 0: not used
    int target_pitch = 0;  ///< the same of the target

    /// A tile of the target begins at a multiple of it: see `tile_positions`.
    constexpr int step() const { return x.transposed ? x.stride : 1; }
};

/// The sum over the taps of `windows`, for instance a convolution, from input to output or, `transposed`, back.
template <class Windows>
constexpr TapSum sum_over(const Windows& windows, bool transposed) {
    const Extent& from = transposed ? windows.output : windows.input;
    const Extent& to = transposed ? windows.input : windows.output;
    return {from,
            to,
            {from.height, to.height, windows.kernel.height, windows.stride.height, windows.padding.height, transposed,
             windows.dilation.height},
            {from.width, to.width, windows.kernel.width, windows.stride.width, windows.padding.width, transposed,
             windows.dilation.width}};
}

}  // namespace norma::inline NORMA_TARGET::kernels::detail
