#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "norma/core/finite.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/target.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/testing/check_network.hpp"
#include "norma/testing/save_and_load.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// A norm in plain loops, as its author would write it: normalises the samples, each height × width × channels, in
/// place, without weight and bias. A norm within one sample treats every sample alike.
using PlainNorm = std::function<void(std::vector<std::vector<double>>& samples, Extent extent)>;

namespace detail {

/// A number of channels, `least` or up to 63 more, that the policy accepts: preferably odd, which no SIMD packet fits,
/// else not a multiple of 4, else any; 0 if there is none.
template <NormPolicy N>
constexpr int channels_for(int least) {
    const auto takes = [](int channels) {
        const int groups = N::groups(channels);
        return groups >= 1 && channels % groups == 0 && (!N::per_pixel || groups == 1);
    };
    for (const int divisor : {2, 4, 1000}) {
        for (int channels = least; channels < least + 64; ++channels) {
            if (channels % divisor != 0 && takes(channels)) return channels;
        }
    }
    return 0;
}

/// Training logits of a network that is a norm alone, with weight 1 and bias 0.
template <class Net, class E, class Batch>
std::vector<double> normalised(const Batch& batch, std::vector<double>* gradient = nullptr) {
    Threads one(1);
    typename E::template Executor<Net, training_mode> executor(one, batch.size());
    const Net net(1);
    const CheckedRun<Net> run(executor, net, batch, {1, 0});
    if (gradient != nullptr) gradient->assign(executor.gradient().begin(), executor.gradient().end());
    return run.logits;
}

/// Compares the norm with its author's loops.
template <class Net, class E>
Report check_formula(const FixedString& name, const PlainNorm& formula) {
    const ToyBatch<double> batch(Net::input_extent, 3, 5);
    std::vector<std::vector<double>> samples;
    for (int i = 0; i < batch.size(); ++i) {
        samples.emplace_back(batch.sample(i), batch.sample(i) + Net::input_extent.size());
    }
    formula(samples, Net::input_extent);
    const std::vector<double> got = normalised<Net, E>(batch);
    const Difference worst = worst_difference(got, flattened(samples));
    if (worst.relative < 1e-11) return {};
    const std::size_t in_sample = worst.at % std::size_t(Net::outputs);
    const std::size_t channels = std::size_t(Net::input_extent.channels);
    return {
        {{Aspect::own_formula,
          std::string(name.view()) + " of channel " + std::to_string(in_sample % channels) + ", pixel " +
              std::to_string(in_sample / channels) + ", sample " +
              std::to_string(worst.at / std::size_t(Net::outputs)) + " is " + number_text(worst.got) +
              ", but your formula gives " + number_text(worst.expected) + " (" + std::to_string(channels) +
              " channels). Usually groups(channels) counts channels per group instead of groups, or subtracts_mean, "
              "epsilon or over_batch is not what the formula uses."}}};
}

/// Are the norm of an image of one colour and its gradient finite?
template <class Net, class E>
Report check_flat_image(const FixedString& name) {
    ToyBatch<double> batch(Net::input_extent, 2, 5);
    for (int i = 0; i < batch.size(); ++i) std::fill_n(batch.sample(i), Net::input_extent.size(), 0.0);
    std::vector<double> gradient;
    std::vector<double> all = normalised<Net, E>(batch, &gradient);
    all.insert(all.end(), gradient.begin(), gradient.end());
    const auto bad = std::ranges::find_if(all, [](double value) { return !is_finite(value); });
    if (bad == all.end()) return {};
    return {
        {{Aspect::flat_image, std::string(name.view()) + " of black images, all 0, gives " + number_text(*bad) +
                                  ", but should give a finite number. Usually epsilon is 0, so that the norm divides "
                                  "by the root of a variance of 0."}}};
}

}  // namespace detail

/// Checks norm policy `N` alone, and between a convolution and a ReLU, with numbers of channels that it accepts, odd if
/// possible. Checks what `check_network` compares, images of one colour, saving and loading, and, if `formula` is
/// given, that the norm computes the same. A policy that does not normalise is only checked between the others, without
/// `formula`. Runs for seconds, and compiles as long as two networks.
/// @snippet own_norm.cpp check_norm
template <NormPolicy N, class E = Engine>
Report check_norm(const PlainNorm& formula = {}) {
    constexpr int few = detail::channels_for<N>(3);
    constexpr int many = detail::channels_for<N>(17);
    static_assert(
        few > 0 && many > 0,
        "norma: this norm policy accepts no number of channels from 17 to 80: groups(channels) must divide the "
        "number of channels, and must be 1 if per_pixel is true.");
    using Alone = BasicNetwork<double, Shape<many, 2, 3>, N>;
    using Between = BasicNetwork<double, Shape<2, 4, 5>, Conv2d<few, 2>, N, ReLU, Linear<3>>;
    Report report;
    if constexpr (N::normalises) {  // else a network of it alone has no node
        report.add(check_batch_sizes<Alone, E>(1));
        report.add(detail::check_flat_image<Alone, E>(N::name()));
        if (formula) report.add(detail::check_formula<Alone, E>(N::name(), formula));
    }
    report.add(check_batch_sizes<Between, E>(2));
    report.add(check_save_and_load<Between>(3));
    return report;
}

}  // namespace norma::inline NORMA_TARGET::conformance
