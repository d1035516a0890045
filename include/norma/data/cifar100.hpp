#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/data/cifar_file.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/packed_file.hpp"
#include "norma/data/pickle.hpp"

namespace norma::inline NORMA_TARGET {

/// Which of CIFAR-100's two labels of an image is its class.
enum class Cifar100Labels {
    fine,   ///< 100 classes: beaver, dolphin, otter, …
    coarse  ///< 20 classes of five fine ones each: aquatic mammals, fish, …
};

namespace detail {

inline const CifarKind& cifar100_kind(Cifar100Labels labels) {
    return labels == Cifar100Labels::fine ? cifar100 : cifar100_coarse;
}

/// The files of the binary version, or of the Python version if `folder` has only that.
template <class = void>
CifarFiles cifar100_files(const std::filesystem::path& folder) {
    const std::filesystem::path binary = folder / "cifar-100-binary", python = folder / "cifar-100-python";
    if (!packed_file_exists(binary / "train.bin") && packed_file_exists(python / "train")) {
        return {python, {python / "train"}, python / "test"};
    }
    return {binary, {binary / "train.bin"}, binary / "test.bin"};
}

/// The names of the classes, each made `printable`: from fine_label_names.txt or coarse_label_names.txt (one name a
/// line) if it is in `folder`, else from meta of the Python version, else numbers.
template <class = void>
std::vector<std::string> cifar100_class_names(const std::filesystem::path& folder, Cifar100Labels labels) {
    constexpr std::size_t most_bytes = 65536;
    const CifarKind& kind = cifar100_kind(labels);
    const auto classes = static_cast<std::size_t>(kind.classes[kind.used]);
    const std::string key = labels == Cifar100Labels::fine ? "fine_label_names" : "coarse_label_names";
    std::vector<std::string> names;
    std::filesystem::path path = folder / (key + ".txt");
    if (may_be_read(path)) {
        const std::vector<std::uint8_t> bytes = read_file(path, most_bytes);
        std::string line;
        for (std::size_t i = 0; i <= bytes.size(); ++i) {
            if (i < bytes.size() && bytes[i] != '\n') {
                if (bytes[i] != '\r') line += static_cast<char>(bytes[i]);
            } else {
                if (!line.empty()) names.push_back(printable(line));
                line.clear();
            }
        }
    } else if (path = folder / "meta"; may_be_read(path)) {
        const std::vector<std::uint8_t> bytes = read_file(path, most_bytes);
        const Pickle<> pickle(bytes, path.string());
        if (const PickleValue* const found = pickle.find(key)) {
            for (const PickleValue& name : pickle.items(*found)) {
                if (name.kind == PickleValue::Kind::text) names.push_back(printable(pickle.text(name)));
            }
        }
    } else {
        for (std::size_t i = 0; i < classes; ++i) names.push_back(std::to_string(i));
    }
    if (names.size() != classes) {
        raise<FileError>({path.string(), ": ", names.size(), " class names; expected ", classes,
                          "; download it again, or delete it to use numbers as names"});
    }
    return names;
}

}  // namespace detail

/// The sizes, mean and standard deviation of CIFAR-100 (Krizhevsky 2009), 3 × 32 × 32 in 100 classes (20 with coarse
/// labels), without images. The class names are numbers.
template <class = void>
Dataset cifar100_description(const std::string& source, Cifar100Labels labels = Cifar100Labels::fine) {
    const detail::CifarKind& kind = detail::cifar100_kind(labels);
    Dataset set{.channels = 3,
                .height = 32,
                .width = 32,
                .classes = kind.classes[kind.used],
                .pixels = {},
                .labels = {},
                .class_names = {},
                .source = source,
                .mean = {0.5071, 0.4865, 0.4409},
                .stddev = {0.2673, 0.2564, 0.2762}};
    for (int i = 0; i < set.classes; ++i) set.class_names.push_back(std::to_string(i));
    return set;
}

/// Reads one file of CIFAR-100, of the binary version (a record is a coarse label, a fine label and an image) or of the
/// Python version, packed with gzip or not. Class names come from fine_label_names.txt or coarse_label_names.txt in the
/// same folder, else from meta (Python version), else they are numbers.
/// @throws FileError that names the file and the byte, if it is missing or empty, its last record is not whole, a
/// coarse label is above 19 or a fine one above 99, or it is of another kind; or if there are not 100 (20) names.
template <class = void>
Dataset read_cifar100_file(const std::filesystem::path& path, Cifar100Labels labels = Cifar100Labels::fine) {
    Dataset set = cifar100_description("CIFAR-100 from " + printable(path.string(), 4096), labels);
    set.class_names = detail::cifar100_class_names(detail::folder_of(path), labels);
    detail::append_cifar(path, detail::cifar100_kind(labels), set);
    return set;
}

/// Does `folder` hold CIFAR-100's training file, in cifar-100-binary/ or cifar-100-python/?
template <class = void>
bool has_cifar100(const std::filesystem::path& folder) {
    return packed_file_exists(detail::cifar100_files(folder).train[0]);
}

/// Reads the training file in `folder`/cifar-100-binary/, or in cifar-100-python/ if only that is there. The test file
/// is not read.
/// @throws FileError as `read_cifar100_file`.
template <class = void>
Dataset read_cifar100_train(const std::filesystem::path& folder, Cifar100Labels labels = Cifar100Labels::fine) {
    const detail::CifarFiles files = detail::cifar100_files(folder);
    Dataset empty = cifar100_description(files.source("CIFAR-100"), labels);
    empty.class_names = detail::cifar100_class_names(files.folder, labels);
    return detail::read_cifar(files.train, detail::cifar100_kind(labels), std::move(empty));
}

/// Reads the training file and the test file of the same folder.
/// @throws FileError as `read_cifar100_file`.
template <class = void>
TrainTest read_cifar100(const std::filesystem::path& folder, Cifar100Labels labels = Cifar100Labels::fine) {
    const detail::CifarFiles files = detail::cifar100_files(folder);
    Dataset train = read_cifar100_train(folder, labels);
    Dataset test = detail::read_cifar({files.test}, detail::cifar100_kind(labels), train.described());
    return {std::move(train), std::move(test)};
}

}  // namespace norma::inline NORMA_TARGET
