#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "norma/core/target.hpp"
#include "norma/network/predictor.hpp"

namespace norma::inline NORMA_TARGET {

/// Logits of one sample, in evaluation mode. `image`, such as a `std::vector` or `std::array`, is height × width ×
/// channels: channels are innermost, although a `Shape` says C, H, W. Normalise it as in training. Many threads may
/// predict with one network at the same time. For many samples use a `Predictor`, `evaluate` or an `Executor`: they
/// allocate their memory and fold norms once.
/// @snippet examples_test.cpp predict
/// @throws DataError if `image` does not have the size of the network's input, or has a number that is not finite or
/// too large (`largest_input`); if the network has a number that is not finite, for instance after a failed training;
/// or if a layer's output has one.
template <class Net>
std::array<typename Net::Scalar, std::size_t(Net::outputs)> predict(const Net& network,
                                                                    std::span<const typename Net::Scalar> image) {
    std::array<typename Net::Scalar, std::size_t(Net::outputs)> result{};
    Predictor<Net> predictor(network);
    std::ranges::copy(predictor(image), result.begin());
    return result;
}

}  // namespace norma::inline NORMA_TARGET
