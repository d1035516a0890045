#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "norma/core/append.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/data/sample_set.hpp"

namespace norma::inline NORMA_TARGET {

/// A weight for each sample, so that each class is drawn equally often: 1 / (number of samples of its class). For
/// `BatchOptions::sample_weights`.
template <SampleSet Data>
    requires std::is_same_v<TargetOf<Data>, int>
std::vector<double> balanced_weights(const Data& data) {
    data.validate();
    std::vector<double> count(static_cast<std::size_t>(data.classes)), weights(data.size());
    for (std::size_t i = 0; i < weights.size(); ++i) ++count[static_cast<std::size_t>(data.target(i))];
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1 / count[static_cast<std::size_t>(data.target(i))];
    return weights;
}

/// The seed of what is drawn for a sample that weights draw several times in an epoch, so that it is not changed in the
/// same way each time; `seed` itself for the first `draw`, 0.
constexpr std::uint64_t seed_of_draw(std::uint64_t seed, std::uint32_t draw) {
    return seed + draw * std::uint64_t{0x9E3779B97F4A7C15};  // 2^64 / the golden ratio, far from any other seed
}

/// Draws samples with replacement, each with a probability in proportion to its weight, as PyTorch's
/// WeightedRandomSampler.
class WeightedSampler {
public:
    /// @throws OptionError unless there is a weight for each of `samples` samples, all are finite, none is negative and
    /// one is positive.
    WeightedSampler(std::span<const double> weights, std::size_t samples) {
        const std::string name = "sample weights: ";
        if (weights.size() != samples) {
            raise<OptionError>({name, weights.size(), " for ", samples, " samples; each needs one"});
        }
        double sum = 0;
        for (std::size_t i = 0; i < samples; ++i) {
            if (!is_finite(weights[i]) || weights[i] < 0) {
                raise<OptionError>(
                    {name, "that of sample ", i, " is ", weights[i], "; a weight must be finite and not negative"});
            }
            sum += weights[i];
            if (weights[i] > 0) last_ = i;
            append(sums_, sum);
        }
        if (!is_finite(sum) || sum <= 0) {
            raise<OptionError>({name, "their sum is ", sum, "; it must be finite and positive"});
        }
    }

    /// Fills `drawn` (`=`) with numbers of samples, a function of (seed, epoch) alone.
    void draw(std::uint64_t seed, int epoch, std::span<std::uint32_t> drawn) const {
        RandomSequence random({seed, Purpose::shuffle, static_cast<std::uint32_t>(epoch), 0, 1});
        for (std::uint32_t& sample : drawn) {
            const std::uint64_t high = random.bits();
            const double place = static_cast<double>((high << 21) ^ (random.bits() >> 11)) * 0x1p-53 * sums_.back();
            const auto found = std::upper_bound(sums_.begin(), sums_.end(), place) - sums_.begin();
            sample = static_cast<std::uint32_t>(std::min(static_cast<std::size_t>(found), last_));
        }
    }

    /// How often each sample of `drawn` came before (`=`): 0, 0, 1, 2 of the samples 3, 1, 3, 3.
    void count_earlier(std::span<const std::uint32_t> drawn, std::vector<std::uint32_t>& earlier) const {
        std::vector<std::uint32_t> count(sums_.size());
        earlier.clear();
        for (const std::uint32_t sample : drawn) earlier.push_back(count[sample]++);
    }

private:
    std::vector<double> sums_;  // of the weights up to each sample
    std::size_t last_ = 0;      // that has a weight
};

}  // namespace norma::inline NORMA_TARGET
