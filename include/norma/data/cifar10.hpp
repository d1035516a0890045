#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "norma/core/printable.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/cifar_file.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/packed_file.hpp"

namespace norma::inline NORMA_TARGET {

/// The binary version of CIFAR-10 (Krizhevsky 2009). A file is a sequence of records; a record is a label of one byte
/// and an image of 3 × 32 × 32 bytes, channels first. `append` also reads the Python version.
struct Cifar10Format {
    static constexpr Extent extent{3, 32, 32};                           ///< of an image
    static constexpr std::size_t image_bytes = 3 * 32 * 32;              ///< C × H × W, a byte each
    static constexpr std::size_t record_bytes = 1 + image_bytes;         ///< a label and an image
    static constexpr int classes = 10;                                   ///< airplane to truck
    static constexpr const char* folder = "cifar-10-batches-bin";        ///< the archive's folder
    static constexpr const char* python_folder = "cifar-10-batches-py";  ///< the same of the Python version

    /// 10,000 images each. In the Python version the names have no ".bin".
    static constexpr std::array<const char*, 5> train_files{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                                            "data_batch_4.bin", "data_batch_5.bin"};
    static constexpr const char* test_file = "test_batch.bin";  ///< 10,000 images

    /// CIFAR-10's sizes, class names, mean and standard deviation, without images.
    template <class = void>
    static Dataset description(const std::string& source) {
        return {
            .channels = extent.channels,
            .height = extent.height,
            .width = extent.width,
            .classes = classes,
            .pixels = {},
            .labels = {},
            .class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
            .source = source,
            .mean = {0.4914, 0.4822, 0.4465},
            .stddev = {0.247, 0.243, 0.261}};
    }

    /// Adds to `set` the images of one file that is in memory: any number of records, or a pickle of the Python version
    /// (the first bytes tell which). Messages call the file `name`.
    /// @throws FileError that names the byte and what is there, if a record is not whole, a label is above 9, or the
    /// file is of another kind; `set` is then unchanged.
    template <class = void>
    static void append(std::span<const std::uint8_t> bytes, const std::string& name, Dataset& set) {
        detail::append_cifar(bytes, name, detail::cifar10, set);
    }
    /// The same for a file on disk, packed with gzip or not.
    /// @throws FileError also if it is missing, or as `read_packed_file`.
    template <class = void>
    static void append(const std::filesystem::path& path, Dataset& set) {
        detail::append_cifar(path, detail::cifar10, set);
    }
};

/// Reads one file of CIFAR-10, of the binary or of the Python version.
/// @throws FileError as `Cifar10Format::append`.
template <class = void>
Dataset read_cifar10_file(const std::filesystem::path& path) {
    Dataset set = Cifar10Format::description("CIFAR-10 from " + printable(path.string(), 4096));
    Cifar10Format::append(path, set);
    return set;
}

namespace detail {
/// The files of the binary version, or of the Python version if `folder` has only that.
template <class = void>
CifarFiles cifar10_files(const std::filesystem::path& folder) {
    const std::filesystem::path binary = folder / Cifar10Format::folder, python = folder / Cifar10Format::python_folder;
    const auto pickled_name = [](const char* name) { return std::filesystem::path(name).replace_extension(); };
    const char* const first = Cifar10Format::train_files[0];
    const bool pickled = !packed_file_exists(binary / first) && packed_file_exists(python / pickled_name(first));
    CifarFiles files{pickled ? python : binary, {}, {}};
    const auto path = [&](const char* name) { return files.folder / (pickled ? pickled_name(name) : name); };
    for (const char* const name : Cifar10Format::train_files) files.train.push_back(path(name));
    files.test = path(Cifar10Format::test_file);
    return files;
}
}  // namespace detail

/// Does `folder` hold CIFAR-10's first training file, in cifar-10-batches-bin/ or, of the Python version, in
/// cifar-10-batches-py/?
template <class = void>
bool has_cifar10(const std::filesystem::path& folder) {
    return packed_file_exists(detail::cifar10_files(folder).train[0]);
}

/// Reads the five training files in `folder`/cifar-10-batches-bin/, or in cifar-10-batches-py/ if only that is there.
/// The test file is not read.
/// @throws FileError as `Cifar10Format::append`.
template <class = void>
Dataset read_cifar10_train(const std::filesystem::path& folder) {
    const detail::CifarFiles files = detail::cifar10_files(folder);
    return detail::read_cifar(files.train, detail::cifar10, Cifar10Format::description(files.source("CIFAR-10")));
}

/// Reads the training files and the test file of the same folder.
/// @throws FileError as `Cifar10Format::append`.
template <class = void>
TrainTest read_cifar10(const std::filesystem::path& folder) {
    const detail::CifarFiles files = detail::cifar10_files(folder);
    const Dataset empty = Cifar10Format::description(files.source("CIFAR-10"));
    Dataset test =
        detail::read_cifar({files.test}, detail::cifar10, empty);  // first: if it is missing, no time is lost
    return {detail::read_cifar(files.train, detail::cifar10, empty), std::move(test)};
}

}  // namespace norma::inline NORMA_TARGET
