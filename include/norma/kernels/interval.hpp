#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::kernels::detail {

/// Positions [begin, end) along one axis.
struct Interval {
    int begin;
    int end;
};

}  // namespace norma::inline NORMA_TARGET::kernels::detail
