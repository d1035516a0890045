#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// The kernels of the op `Op`, a constant, on numbers of type `T`. Each op specialises it beside its description:
/// - `forward<Recompute>(arguments)` writes (`=`) the output. To recompute, it takes moments and dropout mask of the
///   first time.
/// - `backward<Contributions>(arguments)` adds (`+=`) to the gradients of the parameters, or writes (`=`) them if the
///   arguments say `assigns_gradients`. It writes or adds to those of the inputs: first to those that pass the
///   gradient, then in order.
///
/// A norm over the batch also has `statistics` and `finish`; a convolution has `prepare_forward` and
/// `prepare_backward`. The kernels depend on the op alone: two nodes with equal ops, also in two networks, share them.
template <class T, auto Op>
struct KernelsOf;

}  // namespace norma::inline NORMA_TARGET::ops
