#pragma once

#include <cstddef>
#include <vector>

/// `values` as numbers of type `T`, repeated `times` times.
template <class T, class Range>
std::vector<T> repeated(const Range& values, std::size_t times) {
    std::vector<T> out;
    for (std::size_t i = 0; i < times; ++i) out.insert(out.end(), values.begin(), values.end());
    return out;
}
