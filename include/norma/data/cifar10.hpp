#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/layout.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/packed_file.hpp"

namespace norma::inline NORMA_TARGET {

/// The binary version of CIFAR-10 (Krizhevsky 2009): a file is a sequence of records, each one byte of label and one
/// image of 3 × 32 × 32 bytes, channels first.
struct Cifar10Format {
    static constexpr Extent extent{3, 32, 32};                     ///< of an image
    static constexpr std::size_t image_bytes = 3 * 32 * 32;        ///< C × H × W, a byte each
    static constexpr std::size_t record_bytes = 1 + image_bytes;   ///< a label and an image
    static constexpr int classes = 10;                             ///< airplane to truck
    static constexpr const char* folder = "cifar-10-batches-bin";  ///< where the archive puts its files

    /// Of 10,000 images each.
    static constexpr std::array<const char*, 5> train_files{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                                            "data_batch_4.bin", "data_batch_5.bin"};
    static constexpr const char* test_file = "test_batch.bin";  ///< of 10,000 images

    /// The description without images.
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

    /// Adds the images of one file, of any number of records, to `set`.
    /// @throws FileError that names the file and the byte if the file is missing, empty, no whole number of records, or
    /// holds a label above 9.
    static void append(const std::filesystem::path& path, Dataset& set) {
        const std::vector<std::uint8_t> bytes = read_packed_file(path);
        const std::size_t records = bytes.size() / record_bytes;
        const std::size_t excess = bytes.size() % record_bytes;
        if (records == 0 || excess != 0) {
            raise<FileError>(path.string() + ": " + std::to_string(bytes.size()) + " bytes, of which those from byte " +
                             std::to_string(records * record_bytes) +
                             " on are no whole record; expected a multiple of " + std::to_string(record_bytes) +
                             " bytes (1 label, " + std::to_string(image_bytes) +
                             " pixels), at least one; fetch the file again");
        }
        const std::size_t before = set.size();
        set.labels.resize(before + records);
        set.pixels.resize((before + records) * image_bytes);
        for (std::size_t i = 0; i < records; ++i) {
            const auto record = std::span(bytes).subspan(i * record_bytes, record_bytes);
            if (record[0] >= classes) {
                raise<FileError>(path.string() + ": label " + std::to_string(record[0]) + " at byte " +
                                 std::to_string(i * record_bytes) + " (record " + std::to_string(i) +
                                 "); expected 0 to 9; this is no file of CIFAR-10's binary version, or a damaged one");
            }
            set.labels[before + i] = record[0];
            to_channels_last<std::uint8_t>(
                record.subspan(1), std::span(set.pixels).subspan((before + i) * image_bytes, image_bytes), extent);
        }
    }
};

/// One file of CIFAR-10's binary version.
/// @throws FileError as `Cifar10Format::append`.
inline Dataset read_cifar10_file(const std::filesystem::path& path) {
    Dataset set = Cifar10Format::description("CIFAR-10 from " + path.string());
    Cifar10Format::append(path, set);
    return set;
}

/// Whether `folder` holds the first file of CIFAR-10's binary version in cifar-10-batches-bin/.
inline bool has_cifar10(const std::filesystem::path& folder) {
    return packed_file_exists(folder / Cifar10Format::folder / Cifar10Format::train_files[0]);
}

/// The five training files in `folder`/cifar-10-batches-bin/; the test file is not read.
/// @throws FileError as `Cifar10Format::append`.
inline Dataset read_cifar10_train(const std::filesystem::path& folder) {
    const std::filesystem::path inner = folder / Cifar10Format::folder;
    Dataset set = Cifar10Format::description("CIFAR-10 from " + inner.string());
    for (const char* name : Cifar10Format::train_files) Cifar10Format::append(inner / name, set);
    return set;
}

/// The training files and the test file in `folder`/cifar-10-batches-bin/.
/// @throws FileError as `Cifar10Format::append`.
inline TrainTest read_cifar10(const std::filesystem::path& folder) {
    const std::filesystem::path inner = folder / Cifar10Format::folder;
    Dataset test = Cifar10Format::description("CIFAR-10 from " + inner.string());
    Cifar10Format::append(inner / Cifar10Format::test_file, test);
    return {read_cifar10_train(folder), std::move(test)};
}

}  // namespace norma::inline NORMA_TARGET
