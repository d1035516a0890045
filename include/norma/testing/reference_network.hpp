#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/network/network.hpp"
#include "norma/testing/dropout_bits.hpp"
#include "norma/testing/reference_ops.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Runs a network by plain loops: node after node over the whole batch, not fused, every value in an array of its own.
/// It shares with the library the graph, the random numbers and the activations, and nothing else.
template <class Net>
class ReferenceNetwork;

/// See above.
template <class T, class Input, class... Layers>
class ReferenceNetwork<BasicNetwork<T, Input, Layers...>> {
    using Net = BasicNetwork<T, Input, Layers...>;

public:
    /// Results of a batch.
    struct Result {
        std::vector<Numbers> logits;  ///< of each sample
        std::vector<Numbers> taps;    ///< of each sample: those that the mode computes, one after another
        Numbers mean;  ///< per channel of the norms over the batch, in the order of the running statistics; the mean of
                       ///< all uses where a norm is shared
        Numbers unbiased_variance;  ///< in the same order

        /// Logits, then taps, of each sample.
        std::vector<Numbers> outputs() const {
            std::vector<Numbers> all = logits;
            for (std::size_t n = 0; n < all.size(); ++n) all[n].insert(all[n].end(), taps[n].begin(), taps[n].end());
            return all;
        }
    };

    /// Numbers in the array of parameters, gaps included.
    static std::size_t parameters_size() { return static_cast<std::size_t>(Net::graph.parameters_size); }
    /// Positions of the learned numbers in the array of parameters, without the gaps.
    std::vector<std::size_t> learned() const {
        std::vector<std::size_t> places;
        for (const Learned& number : learned_numbers()) places.push_back(number.place);
        return places;
    }
    /// One learned number: where it is and what it belongs to.
    struct Learned {
        std::size_t place = 0;  ///< in the array of parameters
        int node = 0;           ///< of the graph
        bool is_bias = false;   ///< else of a weight
        int index = 0;          ///< within that weight or bias
    };
    /// All of them, in the order of `learned()`.
    std::vector<Learned> learned_numbers() const {
        std::vector<Learned> numbers;
        for (int i = 0; i < static_cast<int>(nodes.size()); ++i) {
            const Node& node = nodes[std::size_t(i)];
            if (node.source >= 0) continue;
            for (int k = 0; k < node.facts.weight_count; ++k) {
                numbers.push_back({std::size_t(node.weight_offset + k), i, false, k});
            }
            for (int k = 0; k < node.facts.bias_count; ++k) {
                numbers.push_back({std::size_t(node.bias_offset + k), i, true, k});
            }
        }
        return numbers;
    }

    /// Runs the batch through the network in one mode; `seed` and `step` name dropout's random numbers.
    template <class Batch>
    Result run(const Net& net, const Batch& batch, Mode mode, std::uint64_t seed, std::uint32_t step) const {
        const Numbers parameters(net.parameters().begin(), net.parameters().end());
        return run(parameters, net, batch, mode, seed, step);
    }

    /// The same with `parameters` in place of the network's.
    template <class Batch>
    Result run(const Numbers& parameters, const Net& net, const Batch& batch, Mode mode, std::uint64_t seed,
               std::uint32_t step) const {
        const std::size_t samples = static_cast<std::size_t>(batch.size());
        Result result;
        result.mean.assign(static_cast<std::size_t>(Net::graph.running_size), 0);
        result.unbiased_variance.assign(result.mean.size(), 1);  // as in a new network, in the gaps too
        std::vector<std::vector<Numbers>> values(nodes.size() + 1, std::vector<Numbers>(samples));
        for (std::size_t n = 0; n < samples; ++n) {
            std::vector<typename Net::Scalar> loaded(static_cast<std::size_t>(Input::extent.size()));
            batch.load(static_cast<int>(n), loaded.data());
            values[0][n].assign(loaded.begin(), loaded.end());
        }
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const Node& node = nodes[i];
            const double* const weight = parameters.data() + node.weight_offset;
            const double* const bias = parameters.data() + node.bias_offset;
            auto& y = values[i + 1];
            if (const auto* norm = std::get_if<ops::Norm>(&node.op)) {
                y = values[static_cast<std::size_t>(node.inputs[0])];
                normalise(i, norm->shape, weight, bias, net, mode, y, result);
                continue;
            }
            for (std::size_t n = 0; n < samples; ++n) {
                const OpInputs in = [&](int k) -> const Numbers& {
                    return values[static_cast<std::size_t>(node.inputs[std::size_t(k)])][n];
                };
                if (const auto* dropout = std::get_if<ops::Dropout>(&node.op)) {
                    y[n] = in(0);
                    if (!mode.dropout) continue;
                    const RandomName name{seed, Purpose::dropout, step, static_cast<std::uint32_t>(n),
                                          node.random_name()};
                    for (std::size_t k = 0; k < y[n].size(); ++k) y[n][k] *= kept(name, dropout->rate.threshold, k);
                } else {
                    y[n] = visit_op(node.op, [&](const auto& op) { return computed(op, in, weight, bias); });
                }
            }
        }
        result.logits = values[std::size_t(Net::graph.output)];
        result.taps.resize(samples);
        for (const NamedValue& tap : Net::graph.taps) {
            if (!tap.is_in(mode)) continue;
            for (std::size_t n = 0; n < samples; ++n) {
                const Numbers& value = values[std::size_t(tap.value)][n];
                result.taps[n].insert(result.taps[n].end(), value.begin(), value.end());
            }
        }
        return result;
    }

private:
    static constexpr auto& nodes = Net::graph.nodes;

    /// The factor by which dropout multiplies number `k`.
    static double kept(const RandomName& name, std::uint32_t threshold, std::size_t k) {
        return dropout_bits(name, k) < threshold ? 0.0 : 65536.0 / (65536.0 - threshold);
    }

    /// Normalises `y` in place, as node `i` does.
    static void normalise(std::size_t i, const kernels::Pointwise& p, const double* weight, const double* bias,
                          const Net& net, Mode mode, std::vector<Numbers>& y, Result& result) {
        const Node& node = nodes[i];
        const double share = 1.0 / (use_of(nodes, i).number + 1);
        const bool over_batch = p.over_batch && mode.batch_statistics;
        const bool from_running = p.over_batch && !mode.batch_statistics;
        const int per_group = p.extent.channels / p.groups;
        const std::size_t domains = over_batch ? 1 : y.size();
        const std::size_t samples_each = over_batch ? y.size() : 1;
        const int parts = p.per_pixel ? p.extent.pixels() : p.groups;
        for (std::size_t domain = 0; domain < domains; ++domain) {
            const std::span<Numbers> samples(y.data() + domain * samples_each, samples_each);
            for (int part = 0; part < parts; ++part) {
                const int group = p.per_pixel ? 0 : part;
                const auto for_each = [&](const auto& f) {
                    for (Numbers& sample : samples) {
                        for (int pixel = 0; pixel < p.extent.pixels(); ++pixel) {
                            if (p.per_pixel && pixel != part) continue;
                            for (int c = group * per_group; c < (group + 1) * per_group; ++c) {
                                f(sample[static_cast<std::size_t>(pixel * p.extent.channels + c)], pixel, c);
                            }
                        }
                    }
                };
                double count = 0;
                double mean = 0;
                double squares = 0;
                for_each([&](double v, int, int) { mean += v, count += 1; });
                mean = p.subtracts_mean ? mean / count : 0.0;
                for_each([&](double v, int, int) { squares += (v - mean) * (v - mean); });
                const auto track = [&](int c) {
                    const std::size_t at = static_cast<std::size_t>(node.running_offset + c);
                    const double unbiased = squares / (p.subtracts_mean ? count - 1 : count);
                    result.mean[at] += share * (mean - result.mean[at]);
                    result.unbiased_variance[at] += share * (unbiased - result.unbiased_variance[at]);
                };
                for (int c = group * per_group; over_batch && c < (group + 1) * per_group; ++c) track(c);
                for_each([&](double& v, int pixel, int c) {
                    double centre = mean;
                    double variance = squares / count;
                    const std::size_t at = static_cast<std::size_t>(node.running_offset + c);
                    if (from_running) {
                        centre = static_cast<double>(net.running_mean()[at]);
                        variance = static_cast<double>(net.running_var()[at]);
                    }
                    v = (v - centre) / std::sqrt(variance + p.epsilon.template as<double>());
                    if (p.affine == Affine::none) return;
                    const int k = p.affine == Affine::per_element ? pixel * p.extent.channels + c : c;
                    v = v * weight[k] + (p.has_bias ? bias[k] : 0.0);
                });
            }
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::conformance
