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
#include "norma/network/network_view.hpp"
#include "norma/network/non_finite_numbers.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// @throws DataError as `predict`, but for what the layers compute.
template <class T>
void verify_image(const NetworkView<T>& network, std::span<const T> image) {
    const Extent& extent = network.input;
    if (image.size() != std::size_t(extent.size())) {
        raise<DataError>("the image has " + std::to_string(image.size()) + " numbers, but the network takes " +
                         std::to_string(extent.size()) + ": height x width x channels, " +
                         std::to_string(extent.height) + " x " + std::to_string(extent.width) + " x " +
                         std::to_string(extent.channels) + ", channels innermost");
    }
    if (const std::string problem = unusable_input(image, extent); !problem.empty()) {
        raise<DataError>("the image " + problem);
    }
    verify_finite(network);
}
}  // namespace detail

/// Logits of one sample, in evaluation mode. `image`, such as a `std::vector` or `std::array`, is height × width ×
/// channels: channels are innermost, although a `Shape` says C, H, W. Normalise it as in training. Many threads may
/// predict with one network at the same time. For many samples use `evaluate` or an `Executor`: they allocate their
/// memory once.
/// @snippet examples_test.cpp predict
/// @throws DataError if `image` does not have the size of the network's input, or has a number that is not finite or
/// too large (`largest_input`); if the network has a number that is not finite, for instance after a failed training;
/// or if a layer's output has one.
template <class Net>
std::array<typename Net::Scalar, std::size_t(Net::outputs)> predict(const Net& network,
                                                                    std::span<const typename Net::Scalar> image) {
    using T = typename Net::Scalar;
    detail::verify_image<T>(view_of(network), image);
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
        raise<DataError>("the first value that is not finite is in the output of " +
                         layer_of(view_of(network), first.node()) + "; the network's numbers are too large");
    }
    return result;
}

}  // namespace norma::inline NORMA_TARGET
