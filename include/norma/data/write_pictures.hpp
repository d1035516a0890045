#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/data/image_folder.hpp"
#include "norma/data/mapped_dataset_writer.hpp"

namespace norma::inline NORMA_TARGET {

/// Decodes the pictures of a folder once, in parallel and without a random crop, and writes them as the file of a
/// `MappedDataset`, so that an epoch decodes nothing. Memory holds 16 samples a thread, and four bytes a picture.
/// @throws FileError if a picture cannot be read or the disk is full; there is then no file.
inline void write_mapped(const ImageFolder& pictures, const std::filesystem::path& path, Threads& threads) {
    ImageFolder centred = pictures;
    centred.crop.reset();
    const Dataset description = centred.description();
    MappedDatasetWriter writer(path, description);
    const std::size_t bytes = description.image_size();
    std::vector<std::uint8_t> samples(16 * static_cast<std::size_t>(threads.count()) * bytes);
    for (std::size_t first = 0; first < centred.size();) {
        const std::size_t count = std::min(samples.size() / bytes, centred.size() - first);
        threads.for_each(static_cast<int>(count), [&](int i, int) {
            const auto at = static_cast<std::size_t>(i);
            centred.read(first + at, 0, 0, samples.data() + at * bytes);
        });
        for (std::size_t i = 0; i < count; ++i) {
            writer.add(std::span(samples).subspan(i * bytes, bytes), centred.target(first + i));
        }
        first += count;
    }
    writer.commit();
}

}  // namespace norma::inline NORMA_TARGET
