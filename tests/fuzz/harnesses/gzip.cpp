// Packed data sets: gzip's format, which is read in pieces and as a whole.
#include <zlib.h>

#include <algorithm>

#include "fuzz/gzip_bytes.hpp"
#include "fuzz/harness.hpp"
#include "norma/data/packed_file.hpp"

namespace {

using namespace fuzz;

/// In place of a gigabyte, so that no execution takes long; what is refused for its size is tried too.
constexpr std::size_t most_unpacked = std::size_t{1} << 13;

bool takes(Bytes input) {
    Buffer content;
    // Packed bytes say nothing of how many they become: what is allocated follows from the content, and if there turns
    // out to be too much or it is damaged, from the packed bytes alone.
    const auto most = [&] { return content.size() + 2 * input.size() + spare_bytes / 4; };
    const bool taken = is_taken(most, "a.gz", [&] { content = norma::unpack_gzip(input, "a.gz", most_unpacked); });
    if (!taken) return false;
    promise(content.size() <= most_unpacked, "more than the most that was allowed");
    promise(norma::unpack_gzip(packed_anew(content), "b.gz") == content, "packed and unpacked again it differs");

    const std::size_t some = std::min<std::size_t>(content.size(), 100);
    const Buffer beginning = norma::detail::unpacked_beginning(input, "a.gz", some);
    promise(std::equal(beginning.begin(), beginning.end(), content.begin(), content.begin() + std::ptrdiff_t(some)),
            "the beginning differs from that of the whole");
    return true;
}

const Registered registered({.name = "gzip", .takes = takes, .most_bytes = 2048, .repair = repair_gzip});

}  // namespace
