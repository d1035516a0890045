#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/layers/named.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/network/loss_ref.hpp"
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
    const auto logits = predictor(image);
    std::copy(logits.begin(), logits.end(), result.begin());
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
    const auto value = runner.run(image);
    std::copy(value.begin(), value.end(), result.begin());
    if (!all_finite(std::span<const T>(result))) detail::refuse_outputs<Net>(runner, image);
    return result;
}

namespace detail {
/// What `pick` takes of each sample of `batch` in mode `M`, `size` numbers each, sample after sample.
/// @throws DataError as `predict`
template <Mode M, class Net, class Pick>
std::vector<typename Net::Scalar> predict_batch(const Net& network, const BatchRef<typename Net::Scalar>& batch,
                                                Threads& threads, int size, const Pick& pick) {
    using T = typename Net::Scalar;
    verify_finite(view_of(network));
    Executor<Net, M> executor(threads, std::max(batch.size(), 1));  // it refuses an empty batch
    const CheckedInput<T> input(batch, Net::input_extent);
    std::vector<T> results(std::size_t(batch.size()) * std::size_t(size));
    const auto keep = [&](int i, const T* outputs, T*, const TapValues<T>& taps) {
        std::copy_n(pick(outputs, taps), size, results.data() + std::size_t(i) * std::size_t(size));
    };
    executor.run(network, input, keep);
    if (input.found()) raise<DataError>({"predict: ", input.problem()});
    if (!all_finite(std::span<const T>(results))) {
        FirstNonFinite first;
        executor.run(network, input, keep, {}, &first);
        raise<DataError>({"predict: the first value that is not finite is in the output of ",
                          layer_of(view_of(network), first.node()), ", for sample ", first.sample(),
                          " of the batch; the network's numbers are too large"});
    }
    return results;
}
}  // namespace detail

/// Logits of all samples of a batch, in evaluation mode: those of sample i begin at i · `Net::outputs`. A batch is one
/// of `Batches`, or any object with `size()` and `load(i, out)` (`SampleBatch`). The executor is made for this call;
/// for many batches keep one, or use `evaluate`.
/// @throws DataError if the batch is empty, a sample has a number that is not finite or too large (`largest_input`),
/// the network has one that is not finite, or a layer's output has one.
template <class Net>
std::vector<typename Net::Scalar> predict(const Net& network, const BatchRef<typename Net::Scalar>& batch,
                                          Threads& threads) {
    using T = typename Net::Scalar;
    return detail::predict_batch<evaluation_mode>(network, batch, threads, Net::outputs,
                                                  [](const T* outputs, const TapValues<T>&) { return outputs; });
}

/// The values of the tap `Name` for all samples of a batch: `predict<"features">(network, batch, threads)`. Those of a
/// sample are height × width × channels. All else is as for the logits.
/// @snippet examples_test.cpp features
/// @throws DataError as above.
template <Literal Name, class Net>
std::vector<typename Net::Scalar> predict(const Net& network, const BatchRef<typename Net::Scalar>& batch,
                                          Threads& threads) {
    using T = typename Net::Scalar;
    constexpr const NamedValue* tap = find_tap(Net::graph.taps, Name.view());
    static_assert(tap != nullptr, "norma: predict<name> needs a network with a Tap of this name.");
    constexpr int size = tap == nullptr ? 1 : Net::graph.extent(tap->value).size();
    return detail::predict_batch<tapped_mode>(network, batch, threads, size, [](const T*, const TapValues<T>& taps) {
        return taps.value(std::size_t(tap - Net::graph.taps.begin())).data();
    });
}

}  // namespace norma::inline NORMA_TARGET
