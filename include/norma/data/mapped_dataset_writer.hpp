#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/atomic_file.hpp"
#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/mapped_format.hpp"

namespace norma::inline NORMA_TARGET {

/// Writes the file of a `MappedDataset`, image by image: memory holds four bytes for each, so the set may be larger
/// than memory. The file appears as a whole when it is committed, or not at all (`AtomicFile`).
/// @snippet examples_test.cpp MappedDataset
class MappedDatasetWriter {
public:
    /// Begins a file of images like those that `description` describes: their sizes, classes with names, mean and
    /// standard deviation. Its images, if it has any, are not written.
    /// @throws DataError if the description is not consistent; FileError as `AtomicFile`.
    template <class = void>
    MappedDatasetWriter(const std::filesystem::path& path, const Dataset& description)
        : description_(checked(description)), file_(path) {
        std::vector<std::uint8_t> beginning(detail::mapped_beginning.begin(), detail::mapped_beginning.end());
        beginning.resize(detail::mapped_images_at);
        file_.write(bytes_of(beginning));
    }

    /// Number of images so far.
    std::size_t size() const { return labels_.size() / 4; }

    /// Appends an image, height × width × channels, of class `label`.
    /// @throws DataError if the image has another size, or there is no such class; FileError if the disk is full.
    template <class = void>
    void add(std::span<const std::uint8_t> image, int label) {
        const auto refuse = [&](const std::string& what) {
            raise<DataError>({"image ", size(), " for a mapped data set ", what});
        };
        if (image.size() != description_.image_size()) {
            refuse("has " + std::to_string(image.size()) + " bytes; expected " +
                   std::to_string(description_.image_size()));
        }
        if (label < 0 || label >= description_.classes) {
            refuse("has label " + std::to_string(label) + "; labels must be 0 to " +
                   std::to_string(description_.classes - 1));
        }
        file_.write(bytes_of(image));
        hash_ = xxh64(bytes_of(image), hash_);
        detail::put_number(labels_, static_cast<std::uint32_t>(label));
    }

    /// Writes what follows the images, and gives the file its name. Call it once, at the end.
    /// @throws DataError if there are no images; FileError if the disk is full, for instance.
    template <class = void>
    void commit() {
        if (labels_.empty()) raise<DataError>("a mapped data set needs at least one image; add() was not called");
        const std::uint64_t labels_at = detail::mapped_labels_at(size() * description_.image_size());
        const std::vector<std::uint8_t> gap(std::size_t{labels_at - file_.size()});
        file_.write(bytes_of(gap));
        const std::vector<std::uint8_t> rest = detail::mapped_rest(description_, std::move(labels_), hash_);
        file_.write(bytes_of(rest));
        file_.commit();
    }

private:
    template <class = void>
    static Dataset checked(const Dataset& description) {
        const std::string problem = detail::mapped_problem(description);
        if (!problem.empty()) raise<DataError>({"a mapped data set: ", problem});
        return description.described();
    }

    Dataset description_;
    AtomicFile file_;
    std::vector<std::uint8_t> labels_;  // four bytes each
    std::uint64_t hash_ = 0;
};

/// Writes a data set in memory as the file of a `MappedDataset`.
/// @throws as `MappedDatasetWriter`.
template <class = void>
void write_mapped(const Dataset& set, const std::filesystem::path& path) {
    MappedDatasetWriter writer(path, set);
    for (std::size_t i = 0; i < set.size(); ++i) writer.add(set.image(i), set.labels[i]);
    writer.commit();
}

}  // namespace norma::inline NORMA_TARGET
