#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/idx_file.hpp"
#include "norma/data/packed_file.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

/// A file of a data set in MNIST's format, in the folder `raw`: by its official name (train-images-idx3-ubyte for the
/// part train), or by the name of some copies (train-images.idx3-ubyte) if only that is there, packed or not.
template <class = void>
std::filesystem::path idx_file_of(const std::filesystem::path& raw, const std::string& part, bool images) {
    const std::string content = part + (images ? "-images" : "-labels"), format = images ? "idx3-ubyte" : "idx1-ubyte";
    const std::filesystem::path official = raw / (content + "-" + format), other = raw / (content + "." + format);
    return !packed_file_exists(official) && packed_file_exists(other) ? other : official;
}

template <class = void>
std::filesystem::path mnist_file(const std::filesystem::path& folder, const std::string& part, bool images) {
    return idx_file_of(folder / "MNIST" / "raw", part, images);
}

template <class = void>
std::vector<std::string> numbers_as_names(int classes) {
    std::vector<std::string> names;
    for (int i = 0; i < classes; ++i) names.push_back(std::to_string(i));
    return names;
}

}  // namespace detail

/// MNIST's sizes, mean and standard deviation, without images; 28 × 28 in the official files. The class names are
/// numbers.
template <class = void>
Dataset mnist_description(const std::string& source, int height = 28, int width = 28, int classes = 10) {
    return {.channels = 1,
            .height = height,
            .width = width,
            .classes = classes,
            .pixels = {},
            .labels = {},
            .class_names = detail::numbers_as_names(classes),
            .source = source,
            .mean = {0.1307},
            .stddev = {0.3081}};
}

namespace detail {

/// Makes a data set of a file of images and one of labels, both in memory.
template <class = void>
Dataset read_mnist_pair(IdxFile images, const IdxFile& labels, const std::string& source) {
    constexpr std::size_t most_side = 4096;
    for (const std::size_t d : {2u, 3u}) {
        if (images.size(d) > most_side) {
            images.refuse("the image size at byte " + std::to_string(4 * d) + " is " + std::to_string(images.size(d)) +
                          "; expected 28 (at most " + std::to_string(most_side) + " is supported)");
        }
    }
    if (images.size(1) != labels.size(1)) {
        labels.refuse("it holds " + std::to_string(labels.size(1)) + " labels (byte 4), but " + images.name() +
                      " holds " + std::to_string(images.size(1)) +
                      " images; take both files from the same part (training or test) of one data set");
    }
    const auto values = labels.values();
    const int classes = std::max(10, *std::max_element(values.begin(), values.end()) + 1);
    Dataset set =
        mnist_description(source, static_cast<int>(images.size(2)), static_cast<int>(images.size(3)), classes);
    set.pixels = images.take_values();
    set.labels.assign(values.begin(), values.end());
    return set;
}

/// Reads a file on disk, packed with gzip or not.
template <class = void>
IdxFile read_idx(const std::filesystem::path& path, std::size_t dimensions) {
    const std::filesystem::path found = plain_or_packed(path);
    return {read_file(found, most_unpacked_bytes), found.string(), dimensions};
}

/// @throws FileError unless the images of the two parts have the same size; it begins with the test images' file.
template <class = void>
void refuse_other_size(const std::filesystem::path& test_images, const TrainTest& sets) {
    if (sets.test.extent() == sets.train.extent()) return;
    const auto size = [](const Dataset& set) { return std::to_string(set.height) + " × " + std::to_string(set.width); };
    raise<FileError>({test_images.string(), ": images of ", size(sets.test), ", but the training images are ",
                      size(sets.train), "; take all files from one data set"});
}

}  // namespace detail

/// Reads one pair of files in MNIST's format, packed with gzip or not: MNIST (LeCun, Cortes and Burges) has one channel
/// and 28 × 28 pixels; `Dataset::padded(32, 32)` makes it fit networks for CIFAR-10. The number of classes is the
/// largest label plus one, and at least 10; the class names are numbers. Mean and standard deviation are MNIST's.
/// Images and labels are as in the files; `read_fashion_mnist`, `read_kmnist` and `read_emnist` know what those sets
/// have in other ways.
/// @throws FileError that names the file and the byte, if a file is missing, is of another kind, or has sizes that do
/// not match its length, or if the numbers of images and labels differ.
template <class = void>
Dataset read_mnist_files(const std::filesystem::path& images, const std::filesystem::path& labels) {
    detail::IdxFile pixels = detail::read_idx(images, 3);
    return detail::read_mnist_pair(std::move(pixels), detail::read_idx(labels, 1),
                                   "MNIST from " + printable(images.parent_path().string(), 4096));
}

/// Does `folder` hold MNIST's training images in MNIST/raw/, under either of their names?
template <class = void>
bool has_mnist(const std::filesystem::path& folder) {
    return packed_file_exists(detail::mnist_file(folder, "train", true));
}

/// Reads the training files in `folder`/MNIST/raw/: train-images-idx3-ubyte (or train-images.idx3-ubyte) and
/// train-labels-idx1-ubyte (or …), or the same names with .gz. The test files are not read.
/// @throws FileError as `read_mnist_files`.
template <class = void>
Dataset read_mnist_train(const std::filesystem::path& folder) {
    return read_mnist_files(detail::mnist_file(folder, "train", true), detail::mnist_file(folder, "train", false));
}

/// Reads the training and the test files in `folder`/MNIST/raw/. Both parts get the same number of classes, the larger
/// of the two.
/// @throws FileError as `read_mnist_files`, and if the images of the two parts differ in size.
template <class = void>
TrainTest read_mnist(const std::filesystem::path& folder) {
    const std::filesystem::path test_images = detail::mnist_file(folder, "t10k", true);
    TrainTest sets{read_mnist_train(folder), read_mnist_files(test_images, detail::mnist_file(folder, "t10k", false))};
    detail::refuse_other_size(test_images, sets);
    for (Dataset* set : {&sets.train, &sets.test}) {
        set->classes = std::max(sets.train.classes, sets.test.classes);
        set->class_names = detail::numbers_as_names(set->classes);
    }
    return sets;
}

}  // namespace norma::inline NORMA_TARGET
