#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/mapped_file.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/mapped_format.hpp"

namespace norma::inline NORMA_TARGET {

/// A data set of byte images in a file, which may be larger than memory: the file is mapped (`MappedFile`), and the
/// system loads what is read. `MappedDatasetWriter` writes such files, docs/file-formats.md describes them. Copies
/// share the mapping.
class MappedDataset {
public:
    /// Opens a file. All of it but the images is read and checked; `verify_images` checks the images.
    /// @throws FileError if the file is missing, is cut short, damaged or of another kind.
    template <class = void>
    explicit MappedDataset(const std::filesystem::path& path)
        : MappedDataset(std::make_shared<const MappedFile>(path), path.string()) {}

    int classes = 0;                       ///< number of classes
    std::vector<std::string> class_names;  ///< one for each class
    std::string source;                    ///< where the images came from, in a few words; begins messages
    std::vector<double> mean;              ///< of value / 255, one for each channel
    std::vector<double> stddev;            ///< of value / 255, one for each channel

    /// Number of images.
    std::size_t size() const { return static_cast<std::size_t>(content_.samples); }
    /// Sizes of one image.
    Extent extent() const { return content_.description.extent(); }
    /// The bytes of image `i`, which must be there: height × width × channels.
    const std::uint8_t* values(std::size_t i) const {
        return file_->bytes().data() + detail::mapped_images_at + i * content_.description.image_size();
    }
    /// The class of image `i`, which must be there.
    int target(std::size_t i) const {
        const auto at = static_cast<std::size_t>(content_.labels_at) + 4 * i;
        return little_endian<std::int32_t>(bytes_of(file_->bytes()).data() + at);
    }
    /// The bytes of image `i`.
    /// @throws DataError if there is no such image.
    std::span<const std::uint8_t> image(std::size_t i) const {
        if (i >= size()) {
            raise<DataError>({name_, ": there is no image ", i, "; the data set has ", size(), ", numbered from 0"});
        }
        return {values(i), content_.description.image_size()};
    }

    /// A hash of all images and labels, as the writer computed it: no image is read.
    std::uint64_t hash() const { return content_.hash_of_images ^ (content_.hash_of_rest * detail::xxh_prime1); }

    /// Verifies the members, which a program may have changed. `Batches` calls it.
    /// @throws DataError that says what is wrong.
    template <class = void>
    void validate() const {
        Dataset now = content_.description;
        now.mean = mean;
        now.stddev = stddev;
        std::string problem = detail::mapped_problem(now);
        if (classes < now.classes) {
            problem = std::to_string(classes) + " classes; the labels need " + std::to_string(now.classes);
        }
        if (!problem.empty()) raise<DataError>({name_, ": ", problem});
    }

    /// Reads all images, some gigabytes per second if the disk is as fast, and compares them with the hash in the file.
    /// @throws FileError if they are not those that were written.
    template <class = void>
    void verify_images() const {
        std::uint64_t found = 0;
        for (std::size_t i = 0; i < size(); ++i) found = xxh64(bytes_of(image(i)), found);
        if (found != content_.hash_of_images) {
            raise<FileError>({name_, ": its images are not those that were written: it is damaged; write it again"});
        }
    }

private:
    template <class = void>
    MappedDataset(std::shared_ptr<const MappedFile> file, const std::string& name)
        : file_(std::move(file)), name_(name), content_(detail::read_mapped(file_->bytes(), name_)) {
        const Dataset& found = content_.description;
        classes = found.classes;
        class_names = found.class_names;
        source = found.source;
        mean = found.mean;
        stddev = found.stddev;
    }

    std::shared_ptr<const MappedFile> file_;
    std::string name_;
    detail::MappedContent content_;
};

}  // namespace norma::inline NORMA_TARGET
