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
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/file_kind.hpp"
#include "norma/data/packed_file.hpp"
#include "norma/data/pickle.hpp"

namespace norma::inline NORMA_TARGET::detail {

inline constexpr Extent cifar_extent{3, 32, 32};
inline constexpr std::size_t cifar_image_bytes = 3 * 32 * 32;  ///< channels first

/// What differs between CIFAR-10 and CIFAR-100. A record of the binary versions is one or two labels of a byte each,
/// then an image.
struct CifarKind {
    const char* name;
    std::array<int, 2> classes;  ///< number of classes of each label in a record; {0, n} if it has one label
    const char* python_labels;   ///< the key of the labels in the Python version
    const char* reader;          ///< name of norma's function that reads a folder of this kind
    std::size_t used = 1;        ///< the label that norma uses, as an index of `classes`

    constexpr std::size_t label_bytes() const { return classes[0] == 0 ? 1 : 2; }
    /// Where the label that norma uses is in a record.
    constexpr std::size_t label_at() const { return label_bytes() - 2 + used; }
    constexpr std::size_t record_bytes() const { return label_bytes() + cifar_image_bytes; }
    /// Are the labels of this record in range?
    bool has_labels(std::span<const std::uint8_t> record) const {
        return record[label_bytes() - 1] < classes[1] && (classes[0] == 0 || record[0] < classes[0]);
    }
    /// Could these bytes be a file of the binary version?
    bool fits(std::span<const std::uint8_t> bytes) const {
        if (bytes.empty() || bytes.size() % record_bytes() != 0) return false;
        for (std::size_t at = 0; at < bytes.size(); at += record_bytes()) {
            if (!has_labels(bytes.subspan(at))) return false;
        }
        return true;
    }
};
inline constexpr CifarKind cifar10{"CIFAR-10", {0, 10}, "labels", "read_cifar10"};
inline constexpr CifarKind cifar100{"CIFAR-100", {20, 100}, "fine_labels", "read_cifar100"};
inline constexpr CifarKind cifar100_coarse{"CIFAR-100", {20, 100}, "coarse_labels", "read_cifar100", 0};

inline const CifarKind& other_kind(const CifarKind& kind) { return &kind == &cifar10 ? cifar100 : cifar10; }

/// Is it a Python pickle? No record of the binary versions begins with these bytes.
inline bool is_pickle(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 0x80 && bytes[1] <= 9;
}

/// Adds to `set` the images of a file of the binary version.
template <class = void>
void append_cifar_records(std::span<const std::uint8_t> bytes, const std::string& name, const CifarKind& kind,
                          Dataset& set) {
    const auto refuse = [&](const std::string& what) { raise<FileError>({name, ": ", what}); };
    const CifarKind& other = other_kind(kind);
    const std::size_t record_bytes = kind.record_bytes(), records = bytes.size() / record_bytes;
    const auto explain = [&](const std::string& found, const std::string& remedy) {
        if (other.fits(bytes)) {
            refuse(found + "; this is a " + other.name + " file, with records of " +
                   std::to_string(other.record_bytes()) + " bytes: read it with " + other.reader);
        }
        refuse(found + kind_or(bytes, remedy));
    };
    if (records == 0 || bytes.size() % record_bytes != 0) {
        explain(std::to_string(bytes.size()) + " bytes, and those from byte " + std::to_string(records * record_bytes) +
                    " on are not a whole record; expected one or more records of " + std::to_string(record_bytes) +
                    " bytes (" + std::to_string(kind.label_bytes()) +
                    (kind.label_bytes() == 1 ? " label, " : " labels, ") + std::to_string(cifar_image_bytes) +
                    " values of pixels)",
                "it is cut short or another file: download it again");
    }
    for (std::size_t i = 0; i < records; ++i) {
        const auto record = bytes.subspan(i * record_bytes, record_bytes);
        if (kind.has_labels(record)) continue;
        const std::size_t bad = kind.classes[0] != 0 && record[0] >= kind.classes[0] ? 0 : kind.label_bytes() - 1;
        explain("label " + std::to_string(record[bad]) + " at byte " + std::to_string(i * record_bytes + bad) +
                    " (record " + std::to_string(i) + "); expected 0 to " +
                    std::to_string(kind.classes[2 + bad - kind.label_bytes()] - 1),
                std::string("it is not a file of ") + kind.name + "'s binary version, or it is damaged");
    }
    const std::size_t before = set.size();
    set.labels.resize(before + records);
    set.pixels.resize((before + records) * cifar_image_bytes);
    for (std::size_t i = 0; i < records; ++i) {
        const auto record = bytes.subspan(i * record_bytes, record_bytes);
        set.labels[before + i] = record[kind.label_at()];
        to_channels_last<std::uint8_t>(
            record.subspan(kind.label_bytes()),
            std::span(set.pixels).subspan((before + i) * cifar_image_bytes, cifar_image_bytes), cifar_extent);
    }
}

/// Reads one after another the bytes that are stored in a text of a pickle.
class PickledBytes {
public:
    PickledBytes(std::span<const std::uint8_t> bytes, bool latin1) : bytes_(bytes), latin1_(latin1) {}
    /// Fills `to` with the next bytes (`=`); false if there are fewer, or if they are not the UTF-8 that Python writes.
    bool read(std::span<std::uint8_t> to) {
        for (std::uint8_t& byte : to) {
            if (at_ == bytes_.size()) return false;
            byte = bytes_[at_++];
            if (!latin1_ || byte < 0x80) continue;
            if ((byte & 0xfe) != 0xc2 || at_ == bytes_.size()) return false;  // two bytes for 0x80 to 0xff
            if ((bytes_[at_] & 0xc0) != 0x80) return false;
            byte = static_cast<std::uint8_t>(byte << 6 | (bytes_[at_++] & 0x3f));
        }
        return true;
    }
    bool at_end() const { return at_ == bytes_.size(); }

private:
    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
    bool latin1_;
};

/// Adds to `set` the images of a file of the Python version: a dictionary with a list of labels and the array "data",
/// which has one row for each image.
template <class = void>
void append_cifar_pickle(std::span<const std::uint8_t> bytes, const std::string& name, const CifarKind& kind,
                         Dataset& set) {
    const auto refuse = [&](const std::string& what) { raise<FileError>({name, ": a Python pickle: ", what}); };
    const std::size_t before = set.size();
    std::vector<std::uint8_t> labels;
    PickledBytes data({}, false);
    {
        const Pickle<> pickle(bytes, name);
        const PickleValue* const list = pickle.find(kind.python_labels);
        const PickleValue* const found = pickle.find("data");
        const Pickle<>::Array* const array = found != nullptr ? pickle.array(*found) : nullptr;
        if (list == nullptr || array == nullptr) {
            const CifarKind& other = other_kind(kind);
            refuse(std::string("for ") + kind.name + " it must hold a dictionary with the list '" + kind.python_labels +
                   "' and the array 'data'; " +
                   (pickle.find(other.python_labels) != nullptr
                        ? std::string("this is a ") + other.name + " file: read it with " + other.reader
                        : "this is another file, such as the one with the class names"));
        }
        for (const PickleValue& label : pickle.items(*list)) {
            if (label.kind != PickleValue::Kind::number || label.number < 0 ||
                label.number >= kind.classes[kind.used]) {
                refuse("the label of image " + std::to_string(labels.size()) + " is " +
                       (label.kind == PickleValue::Kind::number ? std::to_string(label.number) : "not a number") +
                       "; expected 0 to " + std::to_string(kind.classes[kind.used] - 1));
            }
            labels.push_back(static_cast<std::uint8_t>(label.number));
        }
        const auto text = [](auto number) { return std::to_string(number); };
        if (labels.empty() || static_cast<std::size_t>(array->rows) != labels.size() ||
            array->columns != std::int64_t{cifar_image_bytes}) {
            refuse(text(labels.size()) + " labels and an array of " + text(array->rows) + " × " + text(array->columns) +
                   "; expected one label or more, and a row of " + text(cifar_image_bytes) + " bytes for each");
        }
        const std::size_t wanted = labels.size() * cifar_image_bytes;
        if (array->bytes.latin1 ? array->bytes.size < wanted : array->bytes.size != wanted) {
            refuse("an array of " + text(array->rows) + " × " + text(array->columns) + " in " +
                   text(array->bytes.size) + " bytes; the file is damaged: download it again");
        }
        data = PickledBytes(pickle.bytes(array->bytes), array->bytes.latin1);
    }
    set.pixels.resize((before + labels.size()) * cifar_image_bytes);
    std::vector<std::uint8_t> image(cifar_image_bytes);
    bool whole = true;
    for (std::size_t i = 0; i < labels.size() && whole; ++i) {
        whole = data.read(image);
        to_channels_last<std::uint8_t>(
            image, std::span(set.pixels).subspan((before + i) * cifar_image_bytes, cifar_image_bytes), cifar_extent);
    }
    if (!whole || !data.at_end()) {
        set.pixels.resize(before * cifar_image_bytes);
        refuse("the bytes of the array do not fill its rows; the file is damaged: download it again");
    }
    set.labels.insert(set.labels.end(), labels.begin(), labels.end());
}

/// Adds to `set` the images of a file in memory, of the binary or of the Python version; the first bytes tell which.
/// Messages call the file `name`.
/// @throws FileError that says what is wrong and where, or what the file is instead; `set` is then unchanged.
template <class = void>
void append_cifar(std::span<const std::uint8_t> bytes, const std::string& name, const CifarKind& kind, Dataset& set) {
    is_pickle(bytes) ? append_cifar_pickle(bytes, name, kind, set) : append_cifar_records(bytes, name, kind, set);
}

/// The same for a file on disk, packed with gzip or not.
template <class = void>
void append_cifar(const std::filesystem::path& path, const CifarKind& kind, Dataset& set) {
    const std::filesystem::path found = plain_or_packed(path);
    append_cifar(read_packed_file(found), found.string(), kind, set);
}

/// The files of a data set, and the folder that holds them.
struct CifarFiles {
    std::filesystem::path folder;
    std::vector<std::filesystem::path> train;
    std::filesystem::path test;

    /// `Dataset::source`: the name of the data set and the folder.
    std::string source(const char* name) const {
        return std::string(name) + " from " + printable(folder.string(), 4096);
    }
};

/// Adds the images of these files to an empty `set`. The size of the first file is taken for all of them, so that
/// memory is reserved once.
template <class = void>
Dataset read_cifar(const std::vector<std::filesystem::path>& files, const CifarKind& kind, Dataset set) {
    for (const std::filesystem::path& file : files) {
        append_cifar(file, kind, set);
        if (&file == &files.front()) set.pixels.reserve(files.size() * set.pixels.size());
    }
    return set;
}

}  // namespace norma::inline NORMA_TARGET::detail
