#pragma once

#include "norma/core/target.hpp"
#include "norma/kernels/activation.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// What is fused into a convolution: y = skip + f(sum), each part optional, done in registers before the sums are
/// stored.
struct Epilogue {
    Activation activation = {};  ///< f; a cheap one
    bool adds_skip = false;      ///< another image of the output's shape is added
    int skip_pitch = 0;          ///< from one of its pixels to the next; 0 stands for the number of channels
    friend constexpr bool operator==(const Epilogue&, const Epilogue&) = default;
};

namespace detail {

/// `e` with the pitch of the skip, which is `channels` if `e` has none.
constexpr Epilogue with_skip_pitch(Epilogue e, int channels) {
    if (e.adds_skip && e.skip_pitch == 0) e.skip_pitch = channels;
    return e;
}

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET::kernels
