#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/file_kind.hpp"

/// The file of a `MappedDataset`; docs/file-formats.md describes it. All numbers are little-endian.
namespace norma::inline NORMA_TARGET::detail {

inline constexpr std::string_view mapped_beginning = "norma images v1\n";  ///< 16 bytes, then zeros
inline constexpr std::string_view mapped_end = "end of images 1\n";
inline constexpr std::size_t mapped_images_at = 64;
inline constexpr std::size_t mapped_trailer_bytes = 72;

/// Where the labels begin after so many bytes of images.
constexpr std::uint64_t mapped_labels_at(std::uint64_t image_bytes) {
    return (mapped_images_at + image_bytes + 7) / 8 * 8;
}

/// What is in a file besides images and labels.
struct MappedContent {
    Dataset description;  ///< without images and labels
    std::uint64_t samples = 0;
    std::uint64_t labels_at = 0;
    std::uint64_t names_at = 0;
    std::uint64_t hash_of_images = 0;
    std::uint64_t hash_of_rest = 0;  ///< of all from the labels on, up to this hash
};

/// Appends a number to `bytes`, least significant byte first.
template <class T>
void put_number(std::vector<std::uint8_t>& bytes, T value) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    const auto bits = std::bit_cast<Bits>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
}

/// What follows the images: labels of four bytes each, names, statistics, and the trailer.
template <class = void>
std::vector<std::uint8_t> mapped_rest(const Dataset& description, std::vector<std::uint8_t> labels,
                                      std::uint64_t hash_of_images) {
    const std::uint64_t samples = labels.size() / 4;
    const std::uint64_t labels_at = mapped_labels_at(samples * description.image_size());
    const std::uint64_t names_at = labels_at + labels.size();
    std::vector<std::uint8_t> rest = std::move(labels);
    const auto put_text = [&](const std::string& text) {
        put_number(rest, static_cast<std::uint32_t>(text.size()));
        rest.insert(rest.end(), text.begin(), text.end());
    };
    put_text(description.source);
    for (const std::string& name : description.class_names) put_text(name);
    for (const auto* const numbers : {&description.mean, &description.stddev}) {
        for (const double number : *numbers) put_number(rest, number);
    }
    put_number(rest, samples);
    for (const int size : {description.channels, description.height, description.width, description.classes}) {
        put_number(rest, size);
    }
    for (const std::uint64_t number : {labels_at, names_at, hash_of_images}) put_number(rest, number);
    put_number(rest, xxh64(bytes_of(rest)));
    rest.insert(rest.end(), mapped_end.begin(), mapped_end.end());
    return rest;
}

/// Reads numbers and texts one after another; after a read beyond the end, `failed` is true and all are 0 or empty.
class MappedReader {
public:
    explicit MappedReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
    template <class T>
    T number() {
        const auto taken = take(sizeof(T));
        return taken.empty() ? T{} : little_endian<T>(reinterpret_cast<const std::byte*>(taken.data()));
    }
    std::string text() {
        const auto taken = take(number<std::uint32_t>());
        return {taken.begin(), taken.end()};
    }
    bool failed() const { return failed_; }
    std::size_t left() const { return bytes_.size(); }

private:
    std::span<const std::uint8_t> take(std::size_t count) {
        failed_ = failed_ || count > bytes_.size();
        if (failed_) return {};
        const auto taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }

    std::span<const std::uint8_t> bytes_;
    bool failed_ = false;
};

/// Says what is wrong with the sizes, the names or the statistics of a data set; empty if nothing is.
template <class = void>
std::string mapped_problem(const Dataset& set) {
    const auto n = [](auto value) { return std::to_string(value); };
    const std::int64_t most = Dataset::largest_image;
    if (set.channels < 1 || set.height < 1 || set.width < 1 ||
        std::int64_t{set.channels} * set.height > most / set.width) {
        return "images of " + n(set.channels) + " × " + n(set.height) + " × " + n(set.width) +
               "; every size must be positive, and an image has at most " + n(most) + " values";
    }
    if (set.classes < 1) return n(set.classes) + " classes; there must be at least one";
    if (set.class_names.size() != static_cast<std::size_t>(set.classes)) {
        return n(set.class_names.size()) + " class names for " + n(set.classes) + " classes; there must be as many";
    }
    const auto wanted = static_cast<std::size_t>(set.channels);
    if (set.mean.size() != wanted || set.stddev.size() != wanted) {
        return n(set.mean.size()) + " means and " + n(set.stddev.size()) + " standard deviations; each of the " +
               n(set.channels) + " channels needs one";
    }
    for (std::size_t c = 0; c < wanted; ++c) {
        std::string problem = normalisation_problem(static_cast<int>(c), set.mean[c], set.stddev[c]);
        if (!problem.empty()) return problem;
    }
    return {};
}

/// Reads all but the images, and checks it: sizes, names, labels, and the hash of these. Messages call the file `name`.
/// @throws FileError that says what is wrong.
template <class = void>
MappedContent read_mapped(std::span<const std::uint8_t> file, const std::string& name) {
    const auto n = [](auto value) { return std::to_string(value); };
    const auto refuse = [&](const std::string& what) { raise<FileError>({name, ": ", what}); };
    const auto has = [&](std::size_t at, std::string_view magic) {
        return file.size() >= at + magic.size() &&
               std::equal(magic.begin(), magic.end(), file.begin() + static_cast<std::ptrdiff_t>(at),
                          [](char c, std::uint8_t byte) { return static_cast<std::uint8_t>(c) == byte; });
    };
    const std::string again = "; write it again";
    if (!has(0, mapped_beginning)) {
        refuse("it does not begin like a file of MappedDatasetWriter" +
               kind_or(file.first(std::min<std::size_t>(file.size(), 512)), "it is another file, or damaged"));
    }
    if (file.size() < mapped_images_at + mapped_trailer_bytes || !has(file.size() - mapped_end.size(), mapped_end)) {
        refuse("its end is missing after " + n(file.size()) + " bytes: it is cut short" + again);
    }
    const std::size_t trailer_at = file.size() - mapped_trailer_bytes;
    MappedContent found;
    Dataset& set = found.description;
    MappedReader trailer(file.subspan(trailer_at));
    found.samples = trailer.number<std::uint64_t>();
    for (int* const size : {&set.channels, &set.height, &set.width, &set.classes})
        *size = trailer.number<std::int32_t>();
    found.labels_at = trailer.number<std::uint64_t>();
    found.names_at = trailer.number<std::uint64_t>();
    found.hash_of_images = trailer.number<std::uint64_t>();
    found.hash_of_rest = trailer.number<std::uint64_t>();

    const auto product = std::int64_t{1} * set.channels;
    const bool sizes_fit = set.channels > 0 && set.height > 0 && set.width > 0 &&
                           product * set.height <= Dataset::largest_image / set.width;
    const std::uint64_t image_bytes = sizes_fit ? std::uint64_t(product * set.height * set.width) : 0;
    if (!sizes_fit || found.samples == 0 || found.samples > file.size() / image_bytes ||
        found.labels_at != mapped_labels_at(found.samples * image_bytes) || found.labels_at > trailer_at ||
        found.samples > (trailer_at - found.labels_at) / 4 || found.names_at != found.labels_at + 4 * found.samples) {
        refuse("by its end it has " + n(found.samples) + " images of " + n(set.channels) + " × " + n(set.height) +
               " × " + n(set.width) + ", labels from byte " + n(found.labels_at) + " and names from byte " +
               n(found.names_at) + " on, which do not fit its " + n(file.size()) + " bytes: it is damaged" + again);
    }
    const std::size_t rest_end = trailer_at + 48;
    if (xxh64(std::as_bytes(file.subspan(found.labels_at, rest_end - found.labels_at))) != found.hash_of_rest) {
        refuse("its labels or names are not those that were written: it is damaged" + again);
    }

    MappedReader names(file.subspan(found.names_at, trailer_at - found.names_at));
    const auto safe = [](const std::string& text) { return printable(text, 4 * text.size()); };
    set.source = safe(names.text());
    // A name takes at least four bytes: so the file's size limits the memory.
    for (int k = 0; k < set.classes && !names.failed(); ++k) set.class_names.push_back(safe(names.text()));
    for (std::vector<double>* const numbers : {&set.mean, &set.stddev}) {
        for (int c = 0; c < set.channels && !names.failed(); ++c) numbers->push_back(names.number<double>());
    }
    if (names.failed() || names.left() != 0) {
        refuse("the names at byte " + n(found.names_at) + " do not end where they should: it is damaged" + again);
    }
    const std::string problem = mapped_problem(set);
    if (!problem.empty()) refuse(problem + again);
    MappedReader labels(file.subspan(found.labels_at, 4 * found.samples));
    for (std::uint64_t i = 0; i < found.samples; ++i) {
        const auto label = labels.number<std::uint32_t>();
        if (label >= static_cast<std::uint32_t>(set.classes)) {
            refuse("image " + n(i) + " has label " + n(label) + "; labels are 0 to " + n(set.classes - 1) + again);
        }
    }
    return found;
}

}  // namespace norma::inline NORMA_TARGET::detail
