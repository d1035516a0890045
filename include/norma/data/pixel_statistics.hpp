#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What images are normalised by: a number for each channel, of value / 255.
struct PixelStatistics {
    std::vector<double> mean;    ///< of all pixels of all images
    std::vector<double> stddev;  ///< √(mean of (value − mean)²); 1 for a channel that is the same everywhere
};

/// The statistics of images in bytes, `channels` innermost, as `Dataset::pixels` has them. Take those of the training
/// images for the test images too.
/// @throws DataError unless there is a whole number of pixels, at least one.
template <class = void>
PixelStatistics pixel_statistics(std::span<const std::uint8_t> pixels, int channels) {
    const auto wanted = static_cast<std::size_t>(channels);
    if (channels < 1 || pixels.empty() || pixels.size() % wanted != 0) {
        raise<DataError>(
            {"pixel statistics: ", pixels.size(), " bytes are not one or more pixels of ", channels, " channels"});
    }
    std::vector<std::array<std::uint64_t, 256>> counts(wanted);
    for (std::size_t at = 0; at < pixels.size(); at += wanted) {
        for (std::size_t c = 0; c < wanted; ++c) ++counts[c][pixels[at + c]];
    }
    const auto number = static_cast<double>(pixels.size() / wanted);
    PixelStatistics found;
    for (const auto& of_channel : counts) {
        const auto mean_of = [&](const auto& function) {
            double sum = 0;
            for (std::size_t value = 0; value < 256; ++value) {
                sum += static_cast<double>(of_channel[value]) * function(static_cast<double>(value) / 255);
            }
            return sum / number;
        };
        const double mean = mean_of([](double value) { return value; });
        const double variance = mean_of([&](double value) { return (value - mean) * (value - mean); });
        constexpr double one_step = 1e-6;  // smaller than any spread of bytes that is not a rounding error
        found.mean.push_back(mean);
        found.stddev.push_back(std::sqrt(variance) < one_step ? 1 : std::sqrt(variance));
    }
    return found;
}

/// The same of numbers that are no bytes, as `TensorDataset::inputs` has them: of the numbers themselves.
template <std::floating_point E>
PixelStatistics pixel_statistics(std::span<const E> inputs, int channels) {
    const auto wanted = static_cast<std::size_t>(channels);
    if (channels < 1 || inputs.empty() || inputs.size() % wanted != 0) {
        raise<DataError>(
            {"pixel statistics: ", inputs.size(), " numbers are not one or more pixels of ", channels, " channels"});
    }
    const auto mean_of = [&](std::size_t c, const auto& function) {
        double sum = 0;
        for (std::size_t at = c; at < inputs.size(); at += wanted) sum += function(static_cast<double>(inputs[at]));
        return sum / static_cast<double>(inputs.size() / wanted);
    };
    PixelStatistics found;
    for (std::size_t c = 0; c < wanted; ++c) {
        const double mean = mean_of(c, [](double value) { return value; });
        const double stddev = std::sqrt(mean_of(c, [&](double value) { return (value - mean) * (value - mean); }));
        found.mean.push_back(mean);
        found.stddev.push_back(stddev <= 1e-9 * std::abs(mean) || stddev < 1e-6 ? 1 : stddev);
    }
    return found;
}
/// The same.
template <std::floating_point E>
PixelStatistics pixel_statistics(const std::vector<E>& inputs, int channels) {
    return pixel_statistics(std::span<const E>(inputs), channels);
}

}  // namespace norma::inline NORMA_TARGET
