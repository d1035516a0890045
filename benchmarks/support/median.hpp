#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "norma/core/error.hpp"

namespace norma::bench {

/// The middle value, or the mean of the two middle values.
/// @throws DataError if there is no value.
inline double median(std::vector<double> values) {
    if (values.empty()) raise<DataError>("there is no median of no values");
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace norma::bench
