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

/// A file of MNIST/raw/ by its official name, or by the one that some copies have, train-images.idx3-ubyte; which of
/// them is there, packed or not, else the official one.
inline std::filesystem::path mnist_file(const std::filesystem::path& folder, const std::string& part, bool images) {
    const std::filesystem::path raw = folder / "MNIST" / "raw";
    const std::string content = part + (images ? "-images" : "-labels"), format = images ? "idx3-ubyte" : "idx1-ubyte";
    const std::filesystem::path official = raw / (content + "-" + format), other = raw / (content + "." + format);
    return !packed_file_exists(official) && packed_file_exists(other) ? other : official;
}

inline std::vector<std::string> numbers_as_names(int classes) {
    std::vector<std::string> names;
    for (int i = 0; i < classes; ++i) names.push_back(std::to_string(i));
    return names;
}

}  // namespace detail

/// The description of MNIST's images, 28 × 28 in the official files, without images. Class names are numbers.
inline Dataset mnist_description(const std::string& source, int height = 28, int width = 28, int classes = 10) {
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

/// A pair of files that are in memory.
inline Dataset read_mnist_pair(IdxFile images, const IdxFile& labels, const std::string& source) {
    constexpr std::size_t most_side = 4096;
    for (const std::size_t d : {2u, 3u}) {
        if (images.size(d) > most_side) {
            images.refuse("the image size at byte " + std::to_string(4 * d) + " is " + std::to_string(images.size(d)) +
                          "; expected 28, at most " + std::to_string(most_side));
        }
    }
    if (images.size(1) != labels.size(1)) {
        labels.refuse("it holds " + std::to_string(labels.size(1)) + " labels (byte 4), but " + images.name() +
                      " holds " + std::to_string(images.size(1)) +
                      " images; take the two files of one set and of the same part of it");
    }
    const auto values = labels.values();
    const int classes = std::max(10, *std::max_element(values.begin(), values.end()) + 1);
    Dataset set =
        mnist_description(source, static_cast<int>(images.size(2)), static_cast<int>(images.size(3)), classes);
    set.pixels = images.take_values();
    set.labels.assign(values.begin(), values.end());
    return set;
}

/// A file's bytes, for `IdxFile`.
inline IdxFile read_idx(const std::filesystem::path& path, std::size_t dimensions) {
    const std::filesystem::path found = plain_or_packed(path);
    return {read_file(found, most_unpacked_bytes), found.string(), dimensions};
}

}  // namespace detail

/// One pair of files in MNIST's format: MNIST (LeCun, Cortes and Burges), Fashion-MNIST, KMNIST, or any of EMNIST; one
/// channel, 28 × 28 in these; packed by gzip or not. `Dataset::padded(32, 32)` fits them to networks made for CIFAR-10.
/// The number of classes follows from the labels: one more than the largest, at least 10 (27 for EMNIST's letters,
/// whose labels are 1 to 26); their names are numbers. Mean and deviation are MNIST's. EMNIST's images come as its
/// files have them, rows and columns exchanged.
/// @throws FileError that names the file and the byte if one is missing, of another kind (which, where the first bytes
/// tell), has sizes that do not match its length, or if the numbers of images and labels differ.
inline Dataset read_mnist_files(const std::filesystem::path& images, const std::filesystem::path& labels) {
    detail::IdxFile pixels = detail::read_idx(images, 3);
    return detail::read_mnist_pair(std::move(pixels), detail::read_idx(labels, 1),
                                   "MNIST from " + printable(images.parent_path().string(), 4096));
}

/// Whether `folder` holds MNIST's training images in MNIST/raw/, by either spelling of their name.
inline bool has_mnist(const std::filesystem::path& folder) {
    return packed_file_exists(detail::mnist_file(folder, "train", true));
}

/// The training files in `folder`/MNIST/raw/, train-images-idx3-ubyte or train-images.idx3-ubyte and so on, or these
/// with .gz; the test files are not read.
/// @throws FileError as `read_mnist_files`.
inline Dataset read_mnist_train(const std::filesystem::path& folder) {
    return read_mnist_files(detail::mnist_file(folder, "train", true), detail::mnist_file(folder, "train", false));
}

/// The training and the test files in `folder`/MNIST/raw/; both get the number of classes of whichever has more.
/// @throws FileError as `read_mnist_files`, and if the images of the two differ in size.
inline TrainTest read_mnist(const std::filesystem::path& folder) {
    const std::filesystem::path test_images = detail::mnist_file(folder, "t10k", true);
    TrainTest sets{read_mnist_train(folder), read_mnist_files(test_images, detail::mnist_file(folder, "t10k", false))};
    const auto size = [](const Dataset& set) { return std::to_string(set.height) + " × " + std::to_string(set.width); };
    if (sets.test.extent() != sets.train.extent()) {
        raise<FileError>(test_images.string() + ": images of " + size(sets.test) + ", but those to train on are of " +
                         size(sets.train) + "; take the files of one set");
    }
    for (Dataset* set : {&sets.train, &sets.test}) {
        set->classes = std::max(sets.train.classes, sets.test.classes);
        set->class_names = detail::numbers_as_names(set->classes);
    }
    return sets;
}

}  // namespace norma::inline NORMA_TARGET
