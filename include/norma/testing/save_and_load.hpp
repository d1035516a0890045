#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "norma/core/number_text.hpp"
#include "norma/core/target.hpp"
#include "norma/io/state_dict.hpp"
#include "norma/testing/difference.hpp"
#include "norma/testing/reference_network.hpp"
#include "norma/testing/report.hpp"
#include "norma/testing/toy_batch.hpp"

namespace norma::inline NORMA_TARGET::conformance {

namespace detail {

/// A network in which every learned number is random and every running statistic differs from a new network's.
template <class Net>
Net filled(std::uint64_t seed) {
    using T = typename Net::Scalar;
    Net net(seed);
    const ReferenceNetwork<Net> reference;
    const std::vector<double> shifts = toy_numbers(seed, net.parameters().size());
    for (const std::size_t at : reference.learned()) net.parameters()[at] += static_cast<T>(shifts[at]);
    for (const Node& node : Net::graph.nodes) {
        for (int c = 0; c < node.facts.statistics_count; ++c) {
            const std::size_t at = std::size_t(node.running_offset + c);
            net.running_mean()[at] = static_cast<T>(0.25 + c);
            net.running_var()[at] = static_cast<T>(1.5 + c);
        }
    }
    net.set_tracked_batches(3);
    return net;
}

}  // namespace detail

/// Saves a network, loads it into another one with other numbers, and compares all bits.
template <class Net>
Report check_save_and_load(std::uint64_t seed) {
    using T = typename Net::Scalar;
    const auto finding = [](const std::string& sentence) { return Report{{{Aspect::save_and_load, sentence}}}; };
    const Net net = detail::filled<Net>(seed);
    Net loaded(seed + 1);
    try {
        load_weights(loaded, save_weights(net));
    } catch (const std::exception& error) {
        return finding(std::string("saving and loading failed: ") + error.what() +
                       ". Usually a layer made of others lacks its StateNames (network/state_names.hpp).");
    }
    Report report;
    const auto same = [&](const char* what, std::span<const T> got, std::span<const T> expected) {
        const std::size_t at = first_other_bits(got, expected);
        if (at == got.size()) return;
        report.add(finding("after saving and loading, number " + std::to_string(at) + " of the " + what + " is " +
                           number_text(static_cast<double>(got[at])) + ", but the saved network has " +
                           number_text(static_cast<double>(expected[at])) +
                           ". Usually a layout is written in one order and read in another."));
    };
    same("parameters", loaded.parameters(), net.parameters());
    same("running means", loaded.running_mean(), net.running_mean());
    same("running variances", loaded.running_var(), net.running_var());
    if (Net::over_batch && loaded.tracked_batches() != net.tracked_batches()) {
        report.add(finding("after saving and loading, " + std::to_string(loaded.tracked_batches()) +
                           " batches have been tracked, but the saved network has tracked " +
                           std::to_string(net.tracked_batches()) + "."));
    }
    return report;
}

}  // namespace norma::inline NORMA_TARGET::conformance
