#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/mnist.hpp"
#include "norma/data/packed_file.hpp"
#include "norma/data/pixel_statistics.hpp"

/// What Fashion-MNIST, KMNIST and EMNIST share: MNIST's format, but names for the classes.
namespace norma::inline NORMA_TARGET::detail {

/// A data set in MNIST's format. Its files begin with `train` and `test`.
struct MnistLike {
    std::string name;           ///< of the data set
    std::filesystem::path raw;  ///< folder of the files
    std::string train, test;    ///< what the names of the files begin with
    std::vector<std::string> class_names;
    int first_label = 0;      ///< the label of class 0 in the files
    bool transposed = false;  ///< are rows and columns of an image exchanged in the files?

    template <class = void>
    bool is_there() const {
        return packed_file_exists(idx_file_of(raw, train, true));
    }
};

/// Exchanges rows and columns of each image.
template <class = void>
void transpose_images(Dataset& set) {
    std::vector<std::uint8_t> image(set.image_size());
    const auto height = static_cast<std::size_t>(set.height), width = static_cast<std::size_t>(set.width);
    for (auto from = set.pixels.begin(); from != set.pixels.end(); from += static_cast<std::ptrdiff_t>(image.size())) {
        for (std::size_t i = 0; i < image.size(); ++i) {
            image[i % width * height + i / width] = from[static_cast<std::ptrdiff_t>(i)];
        }
        std::copy(image.begin(), image.end(), from);
    }
    std::swap(set.height, set.width);
}

/// Reads a part of a data set; its mean and standard deviation stay those of MNIST.
/// @throws FileError as `read_mnist_files`, or if a label is none of the data set.
template <class = void>
Dataset read_mnist_like(const MnistLike& kind, const std::string& part) {
    const std::filesystem::path labels = idx_file_of(kind.raw, part, false);
    Dataset set = read_mnist_files(idx_file_of(kind.raw, part, true), labels);
    set.source = kind.name + " from " + printable(kind.raw.string(), 4096);
    set.classes = static_cast<int>(kind.class_names.size());
    set.class_names = kind.class_names;
    const int last = kind.first_label + set.classes - 1;
    for (std::size_t i = 0; i < set.size(); ++i) {
        auto& label = set.labels[i];
        if (label < kind.first_label || label > last) {
            raise<FileError>({labels.string(), ": the label of image ", i, " is ", label, "; ", kind.name,
                              " has labels ", kind.first_label, " to ", last,
                              "; this is a file of another data set, or damaged: download it again"});
        }
        label = static_cast<std::remove_reference_t<decltype(label)>>(label - kind.first_label);
    }
    if (kind.transposed) transpose_images(set);
    return set;
}

/// Sets the mean and the standard deviation of `set` to those of its pixels.
template <class = void>
Dataset measured(Dataset set) {
    PixelStatistics found = pixel_statistics(set.pixels, set.channels);
    set.mean = std::move(found.mean);
    set.stddev = std::move(found.stddev);
    return set;
}

/// The training part, as `measured`, unless its mean and standard deviation are given.
template <class = void>
Dataset read_mnist_like_train(const MnistLike& kind, const PixelStatistics& known = {}) {
    Dataset set = read_mnist_like(kind, kind.train);
    if (known.mean.empty()) return measured(std::move(set));
    set.mean = known.mean;
    set.stddev = known.stddev;
    return set;
}

/// Both parts, with the statistics of the training part.
template <class = void>
TrainTest read_mnist_like_both(const MnistLike& kind, const PixelStatistics& known = {}) {
    TrainTest sets{read_mnist_like_train(kind, known), read_mnist_like(kind, kind.test)};
    refuse_other_size(idx_file_of(kind.raw, kind.test, true), sets);
    sets.test.mean = sets.train.mean;
    sets.test.stddev = sets.train.stddev;
    return sets;
}

}  // namespace norma::inline NORMA_TARGET::detail
