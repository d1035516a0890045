#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "norma/core/error.hpp"

namespace norma::bench {

/// The middle value; the mean of the two middle ones where their number is even.
/// @throws DataError if there is no value.
inline double median(std::vector<double> values) {
    if (values.empty()) raise<DataError>("a median of no values was asked for");
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace norma::bench
