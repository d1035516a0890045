// The file of a MappedDataset.
#include <algorithm>
#include <cstdint>

#include "fuzz/harness.hpp"
#include "norma/data/mapped_format.hpp"

namespace mapped_harness {

namespace {

using namespace fuzz;
using norma::detail::mapped_end;
using norma::detail::mapped_images_at;
using norma::detail::mapped_trailer_bytes;
using norma::detail::MappedContent;

bool takes(Bytes input) {
    MappedContent found;
    // A control character in a name takes four times its memory, and a short name a whole std::string.
    const auto most = [&] { return 16 * input.size() + spare_bytes; };
    if (!is_taken(most, "a file", [&] { found = norma::detail::read_mapped(input, "a file"); })) return false;
    const norma::Dataset& set = found.description;
    promise(norma::detail::mapped_problem(set).empty(), "its description is not consistent");
    const std::size_t image_bytes = found.samples * set.image_size();
    promise(mapped_images_at + image_bytes <= found.labels_at &&
                found.labels_at + 4 * found.samples == found.names_at && found.names_at <= input.size(),
            "its parts are not within the file");
    const auto labels = input.subspan(found.labels_at, 4 * found.samples);
    Buffer again(input.begin(), input.begin() + std::ptrdiff_t(found.labels_at));
    const Buffer rest = norma::detail::mapped_rest(set, {labels.begin(), labels.end()}, found.hash_of_images);
    again.insert(again.end(), rest.begin(), rest.end());
    const MappedContent reread = norma::detail::read_mapped(again, "a file");
    promise(reread.samples == found.samples && reread.labels_at == found.labels_at &&
                reread.description.extent() == set.extent() && reread.description.source == set.source &&
                reread.description.class_names == set.class_names && reread.description.mean == set.mean &&
                reread.description.stddev == set.stddev,
            "written and read again it differs");
    return true;
}

/// Gives a file its hash again, if its trailer says where the labels begin.
void repair(Buffer& file) {
    if (file.size() < mapped_images_at + mapped_trailer_bytes) return;
    const std::size_t end = file.size() - mapped_end.size() - 8;
    std::size_t labels_at = 0;
    for (std::size_t i = 0; i < 8; ++i) labels_at |= std::size_t{file[end - 24 + i]} << (8 * i);
    if (labels_at > end) return;
    std::uint64_t hash = norma::xxh64(std::as_bytes(std::span(file)).subspan(labels_at, end - labels_at));
    for (std::size_t i = 0; i < 8; ++i, hash >>= 8) file[end + i] = static_cast<std::uint8_t>(hash);
    std::ranges::copy(norma::detail::mapped_beginning, file.begin());
    std::ranges::copy(mapped_end, file.end() - std::ptrdiff_t(mapped_end.size()));
}

const Registered registered({.name = "mapped", .takes = takes, .most_bytes = 1024, .repair = repair});

}  // namespace

}  // namespace mapped_harness
