#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/target.hpp"

#if defined(NORMA_HAS_ZLIB)
#include <zlib.h>
#endif

namespace norma::inline NORMA_TARGET {

#if defined(NORMA_HAS_ZLIB)

/// Unpacked bytes beyond which a .gz file is refused: five times the largest official file, and no harm to the memory.
inline constexpr std::size_t most_unpacked_bytes = std::size_t{1} << 28;

/// The unpacked content of a .gz file. Needs zlib (`NORMA_HAS_ZLIB`).
/// @throws FileError if it is missing, not in gzip's format, cut short, damaged, or larger than `most` bytes unpacked.
inline std::vector<std::uint8_t> read_gzip(const std::filesystem::path& path, std::size_t most = most_unpacked_bytes) {
    const std::vector<std::uint8_t> packed = read_file(path);
    const auto refuse = [&](const std::string& what) { raise<FileError>(path.string() + ": " + what); };
    const auto limit = [&](std::size_t size) {
        if (size > most) refuse("more than " + std::to_string(most) + " bytes; this is none of the official files");
    };
    limit(packed.size());

    struct Stream : z_stream {
        Stream() : z_stream{} {}
        ~Stream() { inflateEnd(this); }
    } stream;
    constexpr int gzip_only = 16 + MAX_WBITS;
    if (inflateInit2(&stream, gzip_only) != Z_OK) refuse("zlib could not be started");
    stream.next_in = const_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());

    std::vector<std::uint8_t> content;
    int state = Z_OK;
    while (state == Z_OK) {
        const std::size_t done = stream.total_out;
        content.resize(2 * done + 65536);
        stream.next_out = content.data() + done;
        stream.avail_out = static_cast<uInt>(content.size() - done);
        state = inflate(&stream, Z_NO_FLUSH);
        limit(stream.total_out);
    }
    if (state != Z_STREAM_END || stream.avail_in != 0) {
        const std::string reason = state == Z_STREAM_END   ? "other bytes follow its end"
                                   : state == Z_BUF_ERROR  ? "it ends too early"
                                   : stream.msg != nullptr ? stream.msg
                                                           : "zlib error " + std::to_string(state);
        refuse("not a whole gzip file, at packed byte " + std::to_string(stream.total_in) + " of " +
               std::to_string(packed.size()) + ": " + reason + "; fetch it again");
    }
    content.resize(stream.total_out);
    return content;
}

#endif

/// Whether `path`, or `path`.gz, exists.
inline bool packed_file_exists(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored) || std::filesystem::exists(path.string() + ".gz", ignored);
}

/// The content of `path`; where only `path`.gz exists, its unpacked content.
/// @throws FileError if neither can be read, or if only the .gz exists and norma was built without zlib.
inline std::vector<std::uint8_t> read_packed_file(const std::filesystem::path& path) {
    std::error_code ignored;
    const std::filesystem::path packed = path.string() + ".gz";
    if (std::filesystem::exists(path, ignored) || !std::filesystem::exists(packed, ignored)) return read_file(path);
#if defined(NORMA_HAS_ZLIB)
    return read_gzip(packed);
#else
    raise<FileError>(packed.string() + ": built without zlib, norma reads plain files only; unpack it first (gunzip " +
                     packed.string() + ")");
#endif
}

}  // namespace norma::inline NORMA_TARGET
