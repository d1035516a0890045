#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "norma/core/target.hpp"
#include "norma/layers/named.hpp"
#include "norma/network/network_view.hpp"
#include "norma/network/non_finite_numbers.hpp"
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

/// The value of the tap `Name` for one sample, in evaluation mode: `predict<"features">(network, image)`. Numbers are
/// height × width × channels. All else is as for the logits.
/// @snippet examples_test.cpp tap
/// @throws DataError as above.
template <Literal Name, class Net>
auto predict(const Net& network, std::span<const typename Net::Scalar> image) {
    using T = typename Net::Scalar;
    constexpr const NamedValue* tap = find_tap(Net::graph.taps, Name.view());
    static_assert(tap != nullptr, "norma: predict<name> needs a network with a Tap of this name.");
    constexpr int size = tap == nullptr ? 1 : Net::graph.extent(tap->value).size();
    detail::verify_finite(view_of(network));
    detail::verify_image<T>(Net::input_extent, image);
    detail::SampleRunner<typename Net::Value> runner(plan_view<Net, tapped_mode>(), size,
                                                     static_cast<int>(tap - Net::graph.taps.begin()));
    runner.take(view_of(network));
    std::array<T, std::size_t(size)> result{};
    std::ranges::copy(runner.run(image), result.begin());
    if (!all_finite(std::span<const T>(result))) detail::refuse_outputs<Net>(runner, image);
    return result;
}

}  // namespace norma::inline NORMA_TARGET
