#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"

namespace norma::inline NORMA_TARGET {

/// Logits of one sample, in evaluation mode. `image` is height × width × channels, normalised as in training. Any
/// number of threads may predict with one network at the same time. For many samples use `evaluate` or an `Executor`,
/// which keep their memory between batches.
/// @throws DataError if `image` has not as many numbers as the network's input.
template <class Net>
std::array<typename Net::Scalar, std::size_t(Net::outputs)> predict(const Net& network,
                                                                    std::span<const typename Net::Scalar> image) {
    using T = typename Net::Scalar;
    if (image.size() != std::size_t(Net::input_extent.size())) {
        raise<DataError>("an image of " + std::to_string(image.size()) + " numbers came to a network that takes " +
                         std::to_string(Net::input_extent.size()));
    }
    struct One {
        std::span<const T> image;
        int size() const { return 1; }
        void load(int, T* out) const { std::copy(image.begin(), image.end(), out); }
    };
    std::array<T, std::size_t(Net::outputs)> result{};
    Threads threads(1);
    Executor<Net, evaluation_mode> executor(threads, 1);
    executor.run(network, One{image},
                 [&](int, const T* logits, T*) { std::copy_n(logits, Net::outputs, result.begin()); });
    return result;
}

}  // namespace norma::inline NORMA_TARGET
