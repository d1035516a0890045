#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/interval.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/write.hpp"

/// Images of one size from images of another: each output pixel is a weighted sum of neighbouring input pixels, and its
/// weight is the product of one for the row and one for the column. The gradient is the same sum the other way.
namespace norma::inline NORMA_TARGET::kernels {

/// How an output pixel is made of input pixels, as PyTorch does it.
enum class Sampling {
    mean,     ///< the mean of a window: adaptive average pooling
    nearest,  ///< the pixel at ⌊output position · input size / output size⌋
    bilinear  ///< between the pixels before and after the output pixel's centre (align_corners=False)
};

/// A change of the image's size, all sizes known to the compiler. The input and the output may be slices of the
/// channels of wider images: the pitch is the distance in numbers from one pixel to the next, and 0 stands for the
/// number of channels. It is that of the gradients too.
struct Resampling {
    Extent input;                           ///< of one sample
    Extent output;                          ///< of one sample, of as many channels
    Sampling sampling = Sampling::nearest;  ///< how
    int input_pitch = 0;                    ///< from one pixel of the input to the next
    int output_pitch = 0;                   ///< from one pixel of the output to the next

    /// Distance from one pixel of the input to the next.
    constexpr int input_step() const { return input_pitch != 0 ? input_pitch : input.channels; }
    /// Distance from one pixel of the output to the next.
    constexpr int output_step() const { return output_pitch != 0 ? output_pitch : output.channels; }
    friend constexpr bool operator==(const Resampling&, const Resampling&) = default;
};

namespace detail {

/// One axis of a resampling.
struct SampleAxis {
    int input;
    int output;
    Sampling sampling;

    /// Twice `output` times the position between inputs from which bilinear sampling takes output `o`.
    constexpr long long centre(int o) const { return std::max(0ll, (2ll * o + 1) * input - output); }
    /// The inputs that output `o` is made of.
    constexpr Interval inputs(int o) const {
        if (sampling == Sampling::bilinear) {
            const int first = static_cast<int>(centre(o) / (2ll * output));
            const bool between = centre(o) % (2ll * output) != 0 && first + 1 < input;
            return {first, first + (between ? 2 : 1)};
        }
        const int first = static_cast<int>(1ll * o * input / output);
        if (sampling == Sampling::nearest) return {first, first + 1};
        return {first, static_cast<int>(((o + 1ll) * input + output - 1) / output)};
    }
    /// The weight of input `i`, one of them.
    constexpr double weight(int o, int i) const {
        const Interval all = inputs(o);
        const int count = all.end - all.begin;
        if (sampling != Sampling::bilinear || count == 1) return 1.0 / count;
        const double after = static_cast<double>(centre(o) % (2ll * output)) / (2.0 * output);
        return i == all.begin ? 1 - after : after;
    }
    /// All pairs of an output and an input.
    constexpr int taps() const {
        int sum = 0;
        for (int o = 0; o < output; ++o) sum += inputs(o).end - inputs(o).begin;
        return sum;
    }
};

/// What the targets of one axis are summed of: the outputs, or the inputs if the sum is the gradient.
template <class T, SampleAxis A, bool Gradient>
struct SampleTaps {
    static constexpr int targets = Gradient ? A.input : A.output;

    std::array<Interval, std::size_t(targets)> sources{};  ///< of each target
    std::array<int, std::size_t(targets) + 1> first{};     ///< of each target's weights
    std::array<T, std::size_t(A.taps())> weights{};        ///< of all targets, one after another

    constexpr SampleTaps() {
        for_each([&](int target, int source, double) {
            Interval& all = sources[std::size_t(target)];
            if (all.end == 0) all.begin = source;
            all.end = source + 1;
        });
        for (std::size_t t = 0; t < sources.size(); ++t) first[t + 1] = first[t] + sources[t].end - sources[t].begin;
        for_each([&](int target, int source, double weight) {
            weights[std::size_t(first[std::size_t(target)] + source - sources[std::size_t(target)].begin)] =
                static_cast<T>(weight);
        });
    }

private:
    template <class F>
    static constexpr void for_each(const F& f) {
        for (int o = 0; o < A.output; ++o) {
            for (int i = A.inputs(o).begin; i < A.inputs(o).end; ++i) {
                f(Gradient ? i : o, Gradient ? o : i, A.weight(o, i));
            }
        }
    }
};
template <class T, SampleAxis A, bool Gradient>
inline constexpr SampleTaps<T, A, Gradient> sample_taps{};

/// Writes (`=`) or adds to (`+=`) each pixel of `target` its weighted sum of pixels of `source`.
template <class T, Resampling R, bool Gradient, Write W>
inline void sum_samples(const T* source, T* target) {
    const auto& rows = sample_taps<T, SampleAxis{R.input.height, R.output.height, R.sampling}, Gradient>;
    const auto& columns = sample_taps<T, SampleAxis{R.input.width, R.output.width, R.sampling}, Gradient>;
    constexpr int channels = R.input.channels;
    constexpr int source_step = Gradient ? R.output_step() : R.input_step();
    constexpr int target_step = Gradient ? R.input_step() : R.output_step();
    constexpr int source_width = Gradient ? R.output.width : R.input.width;
    constexpr int height = Gradient ? R.input.height : R.output.height;
    constexpr int width = Gradient ? R.input.width : R.output.width;
    simd::for_each_run<T, channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        T* out = target + channel;
        for (int y = 0; y < height; ++y) {
            const Interval in_rows = rows.sources[std::size_t(y)];
            const T* const row_weights = rows.weights.data() + rows.first[std::size_t(y)];
            for (int x = 0; x < width; ++x, out += target_step) {
                const Interval in_columns = columns.sources[std::size_t(x)];
                const T* const column_weights = columns.weights.data() + columns.first[std::size_t(x)];
                P sums[std::size_t(Packets)];
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    sums[n] = W == Write::add ? simd::load<P>(out + n * P::lanes) : simd::set<P>(T(0));
                }
                for (int i = in_rows.begin; i < in_rows.end; ++i) {
                    const T* in = source + (i * source_width + in_columns.begin) * source_step + channel;
                    const T row_weight = row_weights[i - in_rows.begin];
                    for (int j = 0; j < in_columns.end - in_columns.begin; ++j, in += source_step) {
                        const P weight = simd::set<P>(row_weight * column_weights[j]);
                        NORMA_UNROLL
                        for (int n = 0; n < Packets; ++n) {
                            sums[n] = simd::multiply_add(simd::load<P>(in + n * P::lanes), weight, sums[n]);
                        }
                    }
                }
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) simd::store(out + n * P::lanes, sums[n]);
            }
        }
    });
}

}  // namespace detail

/// y = x in another size. `x` and `y` are H×W×C images of `R.input` and `R.output`. Writes (`=`) `y`.
template <class T, Resampling R>
inline void resample(const T* x, T* y) {
    detail::sum_samples<T, R, false, Write::assign>(x, y);
}

/// dx, the gradient of `resample` with respect to its input. Writes (`=`) or adds to (`+=`) `dx` as `W` says.
template <class T, Resampling R, Write W = Write::assign>
inline void resample_gradient(const T* dy, T* dx) {
    detail::sum_samples<T, R, true, W>(dy, dx);
}

}  // namespace norma::inline NORMA_TARGET::kernels
