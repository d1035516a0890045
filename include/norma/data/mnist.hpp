#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/packed_file.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

/// A file in the IDX format of MNIST: a magic number 0x000008dd (bytes, d dimensions), d sizes, all big-endian words of
/// 32 bits, then the values.
class IdxFile {
public:
    /// @throws FileError that names the byte unless the file has this many dimensions and as many values as they say.
    IdxFile(const std::filesystem::path& path, std::size_t dimensions) : path_(path), bytes_(read_packed_file(path)) {
        start_ = 4 * (1 + dimensions);
        if (bytes_.size() < start_) {
            refuse("it ends at byte " + std::to_string(bytes_.size()) + ", inside the header; expected a header of " +
                   std::to_string(start_) + " bytes");
        }
        const std::uint32_t wanted = 0x800u + static_cast<std::uint32_t>(dimensions);
        if (word(0) != wanted) {
            refuse("the magic number at byte 0 is " + std::to_string(word(0)) + "; expected " + std::to_string(wanted) +
                   " (bytes in " + std::to_string(dimensions) +
                   (dimensions == 1 ? " dimension: labels)" : " dimensions: images)"));
        }
        // Compared by division, so that no size in a header, however large, overflows or allocates anything.
        std::uint64_t left = bytes_.size() - start_;
        bool fits = true;
        for (std::size_t d = dimensions; d > 0; --d) {
            const std::uint64_t size = word(d);
            if (size == 0)
                refuse("size " + std::to_string(d) + " at byte " + std::to_string(4 * d) +
                       " is 0; expected at least 1");
            fits = fits && left % size == 0;
            left /= size;
        }
        if (!fits || left != 1) {
            std::string sizes;
            for (std::size_t d = 1; d <= dimensions; ++d) sizes += (d == 1 ? "" : " × ") + std::to_string(word(d));
            refuse("the header promises " + sizes + " values from byte " + std::to_string(start_) + " on; found " +
                   std::to_string(bytes_.size() - start_));
        }
    }

    /// Size of dimension `d`, counted from 1.
    std::size_t size(std::size_t d) const { return word(d); }
    /// The byte at which the values start.
    std::size_t start() const { return start_; }
    std::span<const std::uint8_t> values() const { return std::span(bytes_).subspan(start_); }

    [[noreturn]] void refuse(const std::string& what) const {
        raise<FileError>(path_.string() + ": " + what + "; it is damaged or another file, fetch it again");
    }

private:
    std::uint32_t word(std::size_t i) const {
        const auto byte = [&](std::size_t k) { return std::uint32_t{bytes_[4 * i + k]}; };
        return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
    }

    std::filesystem::path path_;
    std::vector<std::uint8_t> bytes_;
    std::size_t start_ = 0;
};

inline std::filesystem::path mnist_file(const std::filesystem::path& folder, const char* name) {
    return folder / "MNIST" / "raw" / name;
}

}  // namespace detail

/// The description of MNIST's images, 28 × 28 in the official files, without images.
inline Dataset mnist_description(const std::string& source, int height = 28, int width = 28) {
    return {.channels = 1,
            .height = height,
            .width = width,
            .classes = 10,
            .pixels = {},
            .labels = {},
            .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
            .source = source,
            .mean = {0.1307},
            .stddev = {0.3081}};
}

/// One pair of MNIST files (LeCun, Cortes and Burges), one channel, 28 × 28 in the official ones; plain, or .gz where
/// norma has zlib. `Dataset::padded(32, 32)` fits them to networks made for CIFAR-10.
/// @throws FileError that names the file and the byte if one is missing, has a wrong magic number, sizes that do not
/// match its length, a label above 9, or if the numbers of images and labels differ.
inline Dataset read_mnist_files(const std::filesystem::path& images_path, const std::filesystem::path& labels_path) {
    constexpr std::size_t most_side = 4096;
    const detail::IdxFile images(images_path, 3);
    const detail::IdxFile labels(labels_path, 1);
    for (const std::size_t d : {2u, 3u}) {
        if (images.size(d) > most_side) {
            images.refuse("the image size at byte " + std::to_string(4 * d) + " is " + std::to_string(images.size(d)) +
                          "; expected 28, at most " + std::to_string(most_side));
        }
    }
    if (images.size(1) != labels.size(1)) {
        labels.refuse("it holds " + std::to_string(labels.size(1)) + " labels (byte 4), but " + images_path.string() +
                      " holds " + std::to_string(images.size(1)) + " images");
    }
    const auto bytes = labels.values();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] > 9) {
            labels.refuse("label " + std::to_string(bytes[i]) + " at byte " + std::to_string(labels.start() + i) +
                          "; expected 0 to 9");
        }
    }
    Dataset set = mnist_description("MNIST from " + images_path.parent_path().string(),
                                    static_cast<int>(images.size(2)), static_cast<int>(images.size(3)));
    set.pixels.assign(images.values().begin(), images.values().end());
    set.labels.assign(bytes.begin(), bytes.end());
    return set;
}

/// Whether `folder` holds MNIST's training images in MNIST/raw/.
inline bool has_mnist(const std::filesystem::path& folder) {
    return packed_file_exists(detail::mnist_file(folder, "train-images-idx3-ubyte"));
}

/// The training files in `folder`/MNIST/raw/; the test files are not read.
/// @throws FileError as `read_mnist_files`.
inline Dataset read_mnist_train(const std::filesystem::path& folder) {
    return read_mnist_files(detail::mnist_file(folder, "train-images-idx3-ubyte"),
                            detail::mnist_file(folder, "train-labels-idx1-ubyte"));
}

/// The training and the test files in `folder`/MNIST/raw/.
/// @throws FileError as `read_mnist_files`.
inline TrainTest read_mnist(const std::filesystem::path& folder) {
    return {read_mnist_train(folder), read_mnist_files(detail::mnist_file(folder, "t10k-images-idx3-ubyte"),
                                                       detail::mnist_file(folder, "t10k-labels-idx1-ubyte"))};
}

}  // namespace norma::inline NORMA_TARGET
