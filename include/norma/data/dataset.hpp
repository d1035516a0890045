#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/normalisation.hpp"

namespace norma::inline NORMA_TARGET {

struct TrainTest;

/// Images of one size with their labels, one byte a value, and what is needed to name the classes and to normalise.
/// @snippet examples_test.cpp Dataset
struct Dataset {
    /// The most values of one image: an `int` can count them safely.
    static constexpr std::int64_t largest_image = std::int64_t{1} << 28;

    int channels = 0;
    int height = 0;
    int width = 0;
    int classes = 0;                       ///< number of classes, 1 to 65,536
    std::vector<std::uint8_t> pixels;      ///< images × height × width × channels
    std::vector<std::uint16_t> labels;     ///< one for each image, 0 to `classes - 1`
    std::vector<std::string> class_names;  ///< one for each class
    std::string source;                    ///< where the images came from, in a few words; begins messages
    std::vector<double> mean;              ///< of value / 255, one for each channel
    std::vector<double> stddev;            ///< of value / 255, one for each channel

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
        // Up to 256 classes a label is hashed as one byte.
        std::vector<std::uint8_t> label_bytes(labels.begin(), labels.end());
        if (classes > 256) {
            for (const std::uint16_t label : labels) label_bytes.push_back(static_cast<std::uint8_t>(label >> 8));
        }
        const std::uint64_t of_sizes = xxh64(bytes_of(sizes));
        return xxh64(bytes_of(pixels), xxh64(bytes_of(label_bytes), of_sizes));
    }

    /// The bytes of image `i`, height × width × channels.
    /// @throws DataError if there is no such image.
    std::span<const std::uint8_t> image(std::size_t i) const {
        if (i >= size()) {
            refuse({"there is no image ", i, "; the data set has ", size(), ", numbered from 0"});
        }
        validate_pixels();
        return {values(i), image_size()};
    }

    /// The bytes of image `i`, which must be there; `image(i)` checks that it is.
    const std::uint8_t* values(std::size_t i) const { return pixels.data() + i * image_size(); }
    /// The label of image `i`, which must be there.
    int target(std::size_t i) const { return labels[i]; }

    /// A copy of the images [begin, end).
    /// @throws DataError unless begin < end ≤ size().
    template <class = void>
    Dataset slice(std::size_t begin, std::size_t end) const {
        if (begin >= end || end > size()) {
            refuse({"there is no part from image ", begin, " to before image ", end, "; a part has one or more of the ",
                    size(), " images"});
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
    template <class = void>
    Dataset first(std::size_t n) const {
        if (n < 1 || n > size()) {
            refuse({"first(", n, ") is not possible; the number of images must be 1 to ", size()});
        }
        return slice(0, n);
    }

    /// Splits off the last `n` images as the test set; the others are the training set.
    /// @throws DataError unless 1 ≤ n < size().
    template <class = void>
    TrainTest hold_out(std::size_t n) const;

    /// A copy with images of height `h` and width `w`: each image is in the middle, with a border of zeros. If the
    /// border cannot be the same on both sides, it is one row wider below, or one column wider on the right.
    /// @throws DataError if the images are larger than that.
    template <class = void>
    Dataset padded(int h, int w) const {
        if (h < height || w < width) {
            refuse({"images of ", height, " × ", width, " cannot be padded to the smaller ", h, " × ", w});
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

    /// A copy of grey images in which the one channel is repeated `n` times, for networks that take colour images.
    /// @throws DataError if the images are not grey or `n` is not positive.
    template <class = void>
    Dataset repeated(int n) const {
        if (channels != 1 || n < 1) {
            refuse({"images of ", channels, " channels cannot be repeated ", n,
                    " times; the images must have one channel, and the number of times must be 1 or more"});
        }
        validate_pixels();
        validate_extent(n, height, width);
        if (mean.size() != 1 || stddev.size() != 1) {
            refuse({"grey images need one mean and one standard deviation, not ", mean.size(), " and ", stddev.size()});
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

    /// Verifies that the members are consistent: call it after you have filled a Dataset by hand. `Batches` calls it.
    /// @throws DataError that says what is wrong.
    void validate() const {
        validate_extent(channels, height, width);
        if (classes < 1 || classes > 65536) refuse({classes, " classes; the number must be 1 to 65536"});
        if (labels.empty()) refuse("there are no images; at least one is needed");
        validate_pixels();
        if (class_names.size() != static_cast<std::size_t>(classes)) {
            refuse({class_names.size(), " class names for ", classes, " classes; there must be as many"});
        }
        const auto wanted = static_cast<std::size_t>(channels);
        if (mean.size() != wanted || stddev.size() != wanted) {
            refuse({mean.size(), " means and ", stddev.size(), " standard deviations; each of the ", channels,
                    " channels needs one"});
        }
        for (std::size_t c = 0; c < wanted; ++c) {
            const std::string problem = detail::normalisation_problem(static_cast<int>(c), mean[c], stddev[c]);
            if (!problem.empty()) refuse(problem);
        }
        const auto bad = std::find_if(labels.begin(), labels.end(), [&](int label) { return label >= classes; });
        if (bad != labels.end()) {
            refuse({"image ", bad - labels.begin(), " has label ", int{*bad}, "; labels must be 0 to ", classes - 1});
        }
    }

    /// A copy without the images and labels.
    Dataset described() const { return {channels, height, width, classes, {}, {}, class_names, source, mean, stddev}; }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        raise<DataError>({(source.empty() ? "data set" : source), ": ", what});
    }
    [[noreturn]] void refuse(std::initializer_list<TextPart> what) const { refuse(joined_text(what)); }
    void validate_extent(int c, int h, int w) const {
        if (c >= 1 && h >= 1 && w >= 1 && std::int64_t{c} * h <= largest_image / w) return;
        const std::string images = joined_text({"images of ", c, " × ", h, " × ", w});
        if (c < 1 || h < 1 || w < 1) refuse({images, "; every size must be positive"});
        refuse({images, "; an image has at most ", largest_image, " values"});
    }
    /// Verifies that there are as many pixel bytes as the sizes and the number of labels say.
    void validate_pixels() const {
        validate_extent(channels, height, width);
        if (pixels.size() == size() * image_size()) return;
        refuse({pixels.size(), " bytes of pixels; ", size(), " labels, and images of ", image_size(), " bytes, need ",
                size() * image_size()});
    }
};

/// A training set and a test set.
struct TrainTest {
    Dataset train;  ///< to train on
    Dataset test;   ///< to measure on
};

template <class>
TrainTest Dataset::hold_out(std::size_t n) const {
    if (n < 1 || n >= size()) {
        refuse(
            {n, " of ", size(), " images cannot be held out; at least one must be held out, and one left to train on"});
    }
    return {slice(0, size() - n), slice(size() - n, size())};
}

}  // namespace norma::inline NORMA_TARGET
