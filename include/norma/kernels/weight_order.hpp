#pragma once

#include <algorithm>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/tiling.hpp"

/// Other orders of a convolution's weights than that of convolution.hpp.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// `pack_weights` of `Run` output channels, to the first of which `w` is moved: `rows` rows of `row` numbers. Returns
/// the end of what it wrote.
template <class T, int Run>
NORMA_NOINLINE inline T* pack_run(const T* w, T* packed, int rows, int row) {
    for (int i = 0; i < rows; ++i) packed = std::copy_n(w + static_cast<long long>(i) * row, Run, packed);
    return packed;
}

/// `transpose_weights` of `Run` input channels, to the first of which `w` is moved, for one group: `inputs` and
/// `outputs` are its channels, and `row` is the output channels of all groups. Returns the end of what it wrote. For
/// all convolutions: a network calls it once a step for each run.
template <class T, int Run>
NORMA_NOINLINE inline T* transpose_run(const T* w, T* transposed, int taps, int inputs, int outputs, int row) {
    for (int tap = 0; tap < taps; ++tap) {
        for (int o = 0; o < outputs; ++o) {
            for (int i = 0; i < Run; ++i) *transposed++ = w[(tap * inputs + i) * row + o];
        }
    }
    return transposed;
}

}  // namespace detail

/// Puts the weights in the order in which `convolve` reads them if it is told that they are `Packed`: for each group
/// and run of its output channels (the width of the tiles) ky × kx × input channels of the group × run. Writes (`=`)
/// `packed`, as many numbers as `w` has. It pays where the weights come from memory.
template <class T, Convolution C>
inline void pack_weights(const T* w, T* packed) {
    for (int group = 0; group < C.groups; ++group) {
        detail::for_each_channel_run<T, detail::forward_sum(C)>([&]<class P, int Packets>(int channel) {
            packed = detail::pack_run<T, Packets * P::lanes>(w + group * C.group_outputs() + channel, packed,
                                                             C.kernel.pixels() * C.group_inputs(), C.output.channels);
        });
    }
}

/// Puts the weights in the order in which `convolve_input_gradient` reads them: for each group and run of its input
/// channels (the width of the tiles) ky × kx × output channels of the group × run. Read without gaps they spread over
/// the whole L1 cache; with gaps, over half of its sets. Writes (`=`) `transposed`, as many numbers as `w` has.
template <class T, Convolution C>
inline void transpose_weights(const T* w, T* transposed) {
    for (int group = 0; group < C.groups; ++group) {
        detail::for_each_channel_run<T, detail::backward_sum(C)>([&]<class P, int Packets>(int channel) {
            transposed = detail::transpose_run<T, Packets * P::lanes>(
                w + group * C.group_outputs() + channel * C.output.channels, transposed, C.kernel.pixels(),
                C.group_inputs(), C.group_outputs(), C.output.channels);
        });
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels
