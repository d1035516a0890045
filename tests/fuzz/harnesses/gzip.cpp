// Packed data sets: gzip's format, read in pieces and as a whole.
#include <zlib.h>

#include <algorithm>

#include "fuzz/gzip_bytes.hpp"
#include "fuzz/harness.hpp"
#include "norma/data/packed_file.hpp"

namespace gzip_harness {

namespace {

using namespace fuzz;

/// Instead of a gigabyte: so executions are short, and inputs that are refused for their size are tested too.
constexpr std::size_t most_unpacked = std::size_t{1} << 13;

bool takes(Bytes input) {
    Buffer content;
    // The size of the content does not follow from that of the input. Memory must be in proportion to the content, or,
    // if the content is too large or damaged, to the input.
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

}  // namespace gzip_harness
