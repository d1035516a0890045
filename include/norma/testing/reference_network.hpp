#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/network.hpp"
#include "norma/testing/dropout_bits.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Runs a network by plain loops: stage after stage over the whole batch, not fused, every value in an array of its
/// own. It shares with the library the list of stages and the random numbers, and nothing else.
template <class Net>
class ReferenceNetwork;

/// See above.
template <class T, class Input, class... Layers>
class ReferenceNetwork<BasicNetwork<T, Input, Layers...>> {
    using Net = BasicNetwork<T, Input, Layers...>;
    using Numbers = std::vector<double>;

public:
    /// Results of a batch.
    struct Result {
        std::vector<Numbers> logits;  ///< of each sample
        Numbers mean;               ///< per channel of the norms over the batch, in the order of the running statistics
        Numbers unbiased_variance;  ///< in the same order
    };

    /// Takes the list of stages from the network's layers.
    ReferenceNetwork() : stages_(detail::build<Layers...>(Input::extent).stages()) {
        for (const Stage& s : stages_) {
            weight_at_.push_back(parameters_size_);
            parameters_size_ += padded(s.weight_count());
            bias_at_.push_back(parameters_size_);
            parameters_size_ += padded(s.bias_count());
            statistics_at_.push_back(statistics_size_);
            if (is_coupled(s)) statistics_size_ += padded(s.pointwise.extent.channels);
        }
        // Dropout's random numbers are named by the position of its stage in the fused list.
        const auto fused = detail::fuse(stages_);
        for (std::size_t i = 0; i < fused.size(); ++i) {
            if (fused[i].pointwise.drops) dropout_names_.push_back(static_cast<std::uint32_t>(i));
        }
    }

    /// Numbers in the array of parameters, gaps included.
    std::size_t parameters_size() const { return static_cast<std::size_t>(parameters_size_); }
    /// The stages as the layers append them.
    const List<Stage>& stages() const { return stages_; }
    /// Positions of the learned numbers in the array of parameters, without the gaps.
    std::vector<std::size_t> learned() const {
        std::vector<std::size_t> places;
        for (const Learned& number : learned_numbers()) places.push_back(number.place);
        return places;
    }
    /// One learned number: where it is and what it belongs to.
    struct Learned {
        std::size_t place = 0;  ///< in the array of parameters
        int stage = 0;          ///< of `stages()`
        bool is_bias = false;   ///< else of a weight
        int index = 0;          ///< within that weight or bias
    };
    /// All of them, in the order of `learned()`.
    std::vector<Learned> learned_numbers() const {
        std::vector<Learned> numbers;
        for (int i = 0; i < static_cast<int>(stages_.size()); ++i) {
            const Stage& s = stages_[std::size_t(i)];
            for (int k = 0; k < s.weight_count(); ++k) {
                numbers.push_back({std::size_t(weight_at_[std::size_t(i)] + k), i, false, k});
            }
            for (int k = 0; k < s.bias_count(); ++k) {
                numbers.push_back({std::size_t(bias_at_[std::size_t(i)] + k), i, true, k});
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
        result.mean.assign(static_cast<std::size_t>(statistics_size_), 0);
        result.unbiased_variance.assign(result.mean.size(), 1);  // as in a new network, in the gaps too
        std::vector<std::vector<Numbers>> values(stages_.size() + 1, std::vector<Numbers>(samples));
        for (std::size_t n = 0; n < samples; ++n) {
            std::vector<T> loaded(static_cast<std::size_t>(Input::extent.size()));
            batch.load(static_cast<int>(n), loaded.data());
            values[0][n].assign(loaded.begin(), loaded.end());
        }
        std::size_t dropouts = 0;
        for (std::size_t i = 0; i < stages_.size(); ++i) {
            const Stage& s = stages_[i];
            const double* const weight = parameters.data() + weight_at_[i];
            const double* const bias = parameters.data() + bias_at_[i];
            const auto& x = values[static_cast<std::size_t>(s.input)];
            auto& y = values[static_cast<std::size_t>(s.output)];
            if (s.kind == Stage::Kind::convolution) {
                for (std::size_t n = 0; n < samples; ++n) y[n] = convolved(s, x[n], weight, bias);
            } else if (s.kind != Stage::Kind::pointwise) {
                for (std::size_t n = 0; n < samples; ++n) y[n] = pooled(s, x[n]);
            } else {
                y = x;
                if (s.pointwise.normalises) normalise(i, weight, bias, net, mode, y, result);
                for (std::size_t n = 0; n < samples; ++n) {
                    const auto* skip = s.skip < 0 ? nullptr : &values[static_cast<std::size_t>(s.skip)][n];
                    for (std::size_t k = 0; k < y[n].size(); ++k) {
                        if (s.pointwise.relu) y[n][k] = std::max(y[n][k], 0.0);
                        if (skip != nullptr) y[n][k] += (*skip)[k];
                        if (!s.pointwise.drops || !mode.dropout) continue;
                        const RandomName name{seed, Purpose::dropout, step, static_cast<std::uint32_t>(n),
                                              dropout_names_[dropouts]};
                        y[n][k] *= kept(name, s.pointwise.rate.threshold, k);
                    }
                }
                if (s.pointwise.drops) ++dropouts;
            }
        }
        result.logits = values.back();
        return result;
    }

private:
    static int padded(int n) { return (n + 15) / 16 * 16; }
    static bool is_coupled(const Stage& s) {
        return s.kind == Stage::Kind::pointwise && s.pointwise.normalises && s.pointwise.couples_samples;
    }

    /// The factor by which dropout multiplies number `k`.
    static double kept(const RandomName& name, std::uint32_t threshold, std::size_t k) {
        return dropout_bits(name, k) < threshold ? 0.0 : 65536.0 / (65536.0 - threshold);
    }

    static double pixel(const Numbers& image, Extent e, int y, int x, int c, double outside) {
        if (y < 0 || y >= e.height || x < 0 || x >= e.width) return outside;
        return image[static_cast<std::size_t>((y * e.width + x) * e.channels + c)];
    }

    static Numbers convolved(const Stage& s, const Numbers& x, const double* weight, const double* bias) {
        const kernels::Convolution& l = s.convolution;
        Numbers out;
        for (int oy = 0; oy < l.output.height; ++oy) {
            for (int ox = 0; ox < l.output.width; ++ox) {
                for (int o = 0; o < l.output.channels; ++o) {
                    double sum = s.bias ? bias[o] : 0.0;
                    for (int ky = 0; ky < l.kernel.height; ++ky) {
                        for (int kx = 0; kx < l.kernel.width; ++kx) {
                            for (int c = 0; c < l.input.channels; ++c) {
                                const int at =
                                    ((ky * l.kernel.width + kx) * l.input.channels + c) * l.output.channels + o;
                                sum += weight[at] * pixel(x, l.input, oy * l.stride.height - l.padding.height + ky,
                                                          ox * l.stride.width - l.padding.width + kx, c, 0.0);
                            }
                        }
                    }
                    out.push_back(sum);
                }
            }
        }
        return out;
    }

    static Numbers pooled(const Stage& s, const Numbers& x) {
        const kernels::Pooling& l = s.pooling;
        const bool takes_largest = s.kind == Stage::Kind::max_pool;
        constexpr double least = std::numeric_limits<double>::lowest();
        Numbers out;
        for (int oy = 0; oy < l.output.height; ++oy) {
            for (int ox = 0; ox < l.output.width; ++ox) {
                for (int c = 0; c < l.output.channels; ++c) {
                    double sum = 0.0;
                    double largest = least;
                    for (int ky = 0; ky < l.kernel_height; ++ky) {
                        for (int kx = 0; kx < l.kernel_width; ++kx) {
                            const double value = pixel(x, l.input, oy * l.stride - l.padding + ky,
                                                       ox * l.stride - l.padding + kx, c, takes_largest ? least : 0.0);
                            sum += value;
                            largest = std::max(largest, value);
                        }
                    }
                    out.push_back(takes_largest ? largest : sum / (l.kernel_height * l.kernel_width));
                }
            }
        }
        return out;
    }

    /// Normalises `y` in place.
    void normalise(std::size_t i, const double* weight, const double* bias, const Net& net, Mode mode,
                   std::vector<Numbers>& y, Result& result) const {
        const kernels::Pointwise& p = stages_[i].pointwise;
        const bool over_batch = p.couples_samples && mode.batch_statistics;
        const bool from_running = p.couples_samples && !mode.batch_statistics;
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
                for_each([&](double& v, int pixel, int c) {
                    double centre = mean;
                    double variance = squares / count;
                    const std::size_t at = static_cast<std::size_t>(statistics_at_[i] + c);
                    if (over_batch) {
                        result.mean[at] = mean;
                        result.unbiased_variance[at] = squares / (p.subtracts_mean ? count - 1 : count);
                    } else if (from_running) {
                        centre = static_cast<double>(net.running_mean()[at]);
                        variance = static_cast<double>(net.running_variance()[at]);
                    }
                    v = (v - centre) / std::sqrt(variance + p.epsilon.template as<double>());
                    if (p.affine == Affine::none) return;
                    const int k = p.affine == Affine::per_element ? pixel * p.extent.channels + c : c;
                    v = v * weight[k] + (p.has_bias ? bias[k] : 0.0);
                });
            }
        }
    }

    List<Stage> stages_;
    std::vector<long long> weight_at_;
    std::vector<long long> bias_at_;
    std::vector<long long> statistics_at_;
    std::vector<std::uint32_t> dropout_names_;
    long long parameters_size_ = 0;
    long long statistics_size_ = 0;
};

}  // namespace norma::inline NORMA_TARGET::conformance
