#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

struct TrainTest;

namespace detail {
/// What is wrong with the mean and standard deviation by which channel `channel` is normalised, in words; empty if
/// nothing. Wide bounds, far outside of what images of any kind have: within them normalised bytes can be squared and
/// added up in `float`.
inline std::string normalisation_problem(int channel, double mean, double stddev) {
    const std::string of = " of channel " + std::to_string(channel) + " is ";
    constexpr double most = 1e6;
    constexpr double least = 1e-6;
    if (!is_finite(mean) || std::abs(mean) > most) {
        return "the mean" + of + number_text(mean) + "; it is of value / 255, and must be in -1e6 to 1e6";
    }
    if (!is_finite(stddev) || stddev < least || stddev > most) {
        return "the standard deviation" + of + number_text(stddev) +
               "; it is of value / 255, and must be in 1e-6 to 1e6 (1 for a channel that is the same everywhere)";
    }
    return {};
}
}  // namespace detail

/// Labelled images of one size, one byte a value, and what is needed to read and normalise them.
struct Dataset {
    /// Values of one image that are still counted safely in `int`.
    static constexpr std::int64_t largest_image = std::int64_t{1} << 28;

    int channels = 0;
    int height = 0;
    int width = 0;
    int classes = 0;                       ///< labels are below it
    std::vector<std::uint8_t> pixels;      ///< images × height × width × channels
    std::vector<std::uint8_t> labels;      ///< one an image, each below `classes`
    std::vector<std::string> class_names;  ///< one a class
    std::string source;                    ///< where the images came from, in one phrase
    std::vector<double> mean;              ///< per channel, of value / 255
    std::vector<double> stddev;            ///< per channel, of value / 255

    /// Number of images.
    std::size_t size() const { return labels.size(); }
    /// Sizes of one image.
    Extent extent() const { return {channels, height, width}; }
    /// Bytes of one image.
    std::size_t image_size() const { return static_cast<std::size_t>(extent().size()); }

    /// A hash of all images, their sizes and their labels.
    std::uint64_t hash() const {
        const std::array<std::uint8_t, 12> sizes = [&] {
            std::array<std::uint8_t, 12> bytes{};
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                const int size = i < 4 ? channels : i < 8 ? height : width;
                bytes[i] = static_cast<std::uint8_t>(size >> (8 * (i % 4)));
            }
            return bytes;
        }();
        const std::uint64_t of_sizes = xxh64(std::as_bytes(std::span(sizes)));
        return xxh64(std::as_bytes(std::span(pixels)), xxh64(std::as_bytes(std::span(labels)), of_sizes));
    }

    /// The bytes of image `i`, height × width × channels.
    /// @throws DataError if there is no such image.
    std::span<const std::uint8_t> image(std::size_t i) const {
        if (i >= size()) {
            raise<DataError>(source + ": image " + std::to_string(i) + " was asked for, but there are " +
                             std::to_string(size()) + ", counted from 0");
        }
        validate_pixels();
        return std::span(pixels).subspan(i * image_size(), image_size());
    }

    /// A copy of the images [begin, end).
    /// @throws DataError unless begin < end ≤ size().
    Dataset slice(std::size_t begin, std::size_t end) const {
        if (begin >= end || end > size()) {
            raise<DataError>(source + ": images " + std::to_string(begin) + " up to " + std::to_string(end) +
                             " were asked for; a part must hold at least one of the " + std::to_string(size()));
        }
        validate_pixels();
        Dataset part = described();
        const auto at = [&](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
        part.labels.assign(labels.begin() + at(begin), labels.begin() + at(end));
        part.pixels.assign(pixels.begin() + at(begin * image_size()), pixels.begin() + at(end * image_size()));
        return part;
    }

    /// A copy of the first `n` images.
    /// @throws DataError unless 1 ≤ n ≤ size().
    Dataset first(std::size_t n) const {
        if (n < 1 || n > size()) {
            raise<DataError>(source + ": the first " + std::to_string(n) +
                             " images were asked for; the number must be 1 to " + std::to_string(size()));
        }
        return slice(0, n);
    }

    /// Splits off the last `n` images as the test set; the others are the training set.
    /// @throws DataError unless 1 ≤ n < size().
    TrainTest hold_out(std::size_t n) const;

    /// A copy in which each image stands in the middle of height `h` and width `w`, in a border of zeros; an odd
    /// leftover row or column goes below or to the right.
    /// @throws DataError if the images are larger than that.
    Dataset padded(int h, int w) const {
        if (h < height || w < width) {
            raise<DataError>(source + ": images of " + std::to_string(height) + " × " + std::to_string(width) +
                             " cannot be padded to the smaller " + std::to_string(h) + " × " + std::to_string(w));
        }
        validate_pixels();
        validate_extent(channels, h, w);
        Dataset out = described();
        out.height = h;
        out.width = w;
        out.labels = labels;
        out.pixels.assign(size() * out.image_size(), 0);
        const auto row_bytes = static_cast<std::size_t>(width * channels);
        const int top = (h - height) / 2;
        const int left = (w - width) / 2;
        auto from = pixels.begin();
        for (std::size_t i = 0; i < size(); ++i) {
            auto* to = out.pixels.data() + i * out.image_size() + static_cast<std::size_t>((top * w + left) * channels);
            for (int y = 0; y < height; ++y) {
                std::copy_n(from, row_bytes, to);
                from += static_cast<std::ptrdiff_t>(row_bytes);
                to += w * channels;
            }
        }
        return out;
    }

    /// A copy of grey images with their one channel repeated `n` times, for networks made for colours.
    /// @throws DataError if the images are not grey or `n` is not positive.
    Dataset repeated(int n) const {
        if (channels != 1 || n < 1) {
            raise<DataError>(source + ": images of " + std::to_string(channels) + " channels cannot be repeated to " +
                             std::to_string(n) + "; only one channel can, one time or more");
        }
        validate_pixels();
        validate_extent(n, height, width);
        if (mean.size() != 1 || stddev.size() != 1) {
            refuse("grey images need one mean and one standard deviation, not " + std::to_string(mean.size()) +
                   " and " + std::to_string(stddev.size()));
        }
        Dataset out = described();
        out.channels = n;
        out.labels = labels;
        out.mean.assign(static_cast<std::size_t>(n), mean.at(0));
        out.stddev.assign(static_cast<std::size_t>(n), stddev.at(0));
        out.pixels.reserve(pixels.size() * static_cast<std::size_t>(n));
        for (const std::uint8_t value : pixels) out.pixels.insert(out.pixels.end(), static_cast<std::size_t>(n), value);
        return out;
    }

    /// Verifies that the members fit together. Users who fill a Dataset by hand get here the sentence that says what is
    /// wrong; `Batches` calls it.
    /// @throws DataError if not.
    void validate() const {
        const auto n = [](auto value) { return std::to_string(value); };
        validate_extent(channels, height, width);
        if (classes < 1 || classes > 256) refuse(n(classes) + " classes; the number must be 1 to 256");
        if (labels.empty()) refuse("there are no images; at least one is needed");
        validate_pixels();
        if (class_names.size() != static_cast<std::size_t>(classes)) {
            refuse(n(class_names.size()) + " class names; " + n(classes) + " classes need as many");
        }
        const auto wanted = static_cast<std::size_t>(channels);
        if (mean.size() != wanted || stddev.size() != wanted) {
            refuse(n(mean.size()) + " means and " + n(stddev.size()) + " standard deviations; each of the " +
                   n(channels) + " channels needs one");
        }
        for (std::size_t c = 0; c < wanted; ++c) {
            const std::string problem = detail::normalisation_problem(static_cast<int>(c), mean[c], stddev[c]);
            if (!problem.empty()) refuse(problem);
        }
        const auto bad = std::find_if(labels.begin(), labels.end(), [&](int label) { return label >= classes; });
        if (bad != labels.end()) {
            refuse("image " + n(bad - labels.begin()) + " has label " + n(int{*bad}) + "; labels must be 0 to " +
                   n(classes - 1));
        }
    }

    /// A data set of the same description without images.
    Dataset described() const { return {channels, height, width, classes, {}, {}, class_names, source, mean, stddev}; }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        raise<DataError>((source.empty() ? "data set" : source) + ": " + what);
    }
    void validate_extent(int c, int h, int w) const {
        if (c >= 1 && h >= 1 && w >= 1 && std::int64_t{c} * h <= largest_image / w) return;
        const std::string images =
            "images of " + std::to_string(c) + " × " + std::to_string(h) + " × " + std::to_string(w);
        if (c < 1 || h < 1 || w < 1) refuse(images + "; every size must be positive");
        refuse(images + "; the largest have " + std::to_string(largest_image) + " values");
    }
    /// What reads pixels relies on as many as the sizes and the labels say.
    void validate_pixels() const {
        validate_extent(channels, height, width);
        if (pixels.size() == size() * image_size()) return;
        refuse(std::to_string(pixels.size()) + " bytes of pixels; " + std::to_string(size()) + " labels of images of " +
               std::to_string(image_size()) + " bytes need " + std::to_string(size() * image_size()));
    }
};

/// What a network learns from and what it is judged on.
struct TrainTest {
    Dataset train;  ///< with its labels
    Dataset test;   ///< never trained on
};

inline TrainTest Dataset::hold_out(std::size_t n) const {
    if (n < 1 || n >= size()) {
        raise<DataError>(source + ": " + std::to_string(n) + " images were to be held out; the number must be 1 to " +
                         std::to_string(size() < 2 ? 0 : size() - 1) + ", so that some are left to train on");
    }
    return {slice(0, size() - n), slice(size() - n, size())};
}

}  // namespace norma::inline NORMA_TARGET
