#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "norma/core/error.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/non_finite_numbers.hpp"

namespace norma::inline NORMA_TARGET {

/// Logits of one sample, in evaluation mode. `image` is anything that holds the numbers one after another, such as a
/// `std::vector` or `std::array`: height × width × channels, channels innermost, although a `Shape` says C, H, W;
/// normalised as in training. Any number of threads may predict with one network at the same time. For many samples use
/// `evaluate` or an `Executor`, which keep their memory between batches.
/// @throws DataError if `image` has not as many numbers as the network's input, or one that is not finite or too large
/// (`largest_input`); if the network holds a number that is not finite, as weights from a training that failed may; or
/// if a layer makes one.
template <class Net>
std::array<typename Net::Scalar, std::size_t(Net::outputs)> predict(const Net& network,
                                                                    std::span<const typename Net::Scalar> image) {
    using T = typename Net::Scalar;
    constexpr Extent extent = Net::input_extent;
    if (image.size() != std::size_t(extent.size())) {
        raise<DataError>("an image of " + std::to_string(image.size()) + " numbers came to a network that takes " +
                         std::to_string(extent.size()) + ": height x width x channels, " +
                         std::to_string(extent.height) + " x " + std::to_string(extent.width) + " x " +
                         std::to_string(extent.channels) + ", channels innermost");
    }
    if (const std::string problem = unusable_input(image, extent); !problem.empty()) {
        raise<DataError>("the image " + problem);
    }
    if (const std::string number = non_finite_number(network); !number.empty()) {
        raise<DataError>(number + ", is not finite, so the network tells nothing; load or train others");
    }
    struct One {
        std::span<const T> image;
        int size() const { return 1; }
        void load(int, T* out) const { std::copy(image.begin(), image.end(), out); }
    };
    std::array<T, std::size_t(Net::outputs)> result{};
    Threads threads(1);
    Executor<Net, evaluation_mode> executor(threads, 1);
    const auto head = [&](int, const T* logits, T*) { std::copy_n(logits, Net::outputs, result.begin()); };
    executor.run(network, One{image}, head);
    if (!all_finite(std::span<const T>(result))) {
        FirstNonFinite first;
        executor.run(network, One{image}, head, {}, &first);
        raise<DataError>("the first value that is not finite is in the output of " + layer_of<Net>(first.stage()) +
                         "; the network's numbers are too large");
    }
    return result;
}

}  // namespace norma::inline NORMA_TARGET
