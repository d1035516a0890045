#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/target.hpp"

#if defined(NORMA_HAS_ZLIB)
#include <zlib.h>
#endif

namespace norma::inline NORMA_TARGET {

/// Unpacked bytes beyond which a file is refused: twice the largest official set of a kind that norma reads (EMNIST's
/// "byclass").
inline constexpr std::size_t most_unpacked_bytes = std::size_t{1} << 30;

namespace detail {

/// Does a file begin as gzip's do? No file of a data set that norma reads begins so.
inline bool is_gzip(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

[[noreturn]] inline void refuse_size(const std::string& name, std::size_t most, const std::string& reason) {
    raise<FileError>(name + ": more than " + std::to_string(most) + " bytes unpacked; " + reason);
}
inline constexpr const char* size_reason = "no data set that norma reads is so large";

#if defined(NORMA_HAS_ZLIB)

/// Unpacks gzip's format piece by piece: one member or several, one after another, and zeros at the end (as a tape or
/// a block device adds them). Keeps zlib's 40 KB and nothing else. `packed` must outlive it.
class GzipReader {
public:
    /// @throws FileError if zlib cannot be started.
    GzipReader(std::span<const std::uint8_t> packed, std::string name) : packed_(packed), name_(std::move(name)) {
        constexpr int gzip_only = 16 + MAX_WBITS;
        if (inflateInit2(&stream_, gzip_only) != Z_OK) raise<FileError>(name_ + ": zlib could not be started");
    }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;
    ~GzipReader() { inflateEnd(&stream_); }

    /// Fills `to` (`=`), or as much of it as is left, and returns how many bytes that was.
    /// @throws FileError that names the packed byte if what it comes to is cut short, damaged, or no gzip.
    std::size_t read(std::span<std::uint8_t> to) {
        constexpr std::size_t most_at_once = std::size_t{1} << 30;  // zlib counts in 32 bits
        std::size_t done = 0;
        while (done < to.size() && !ended_) {
            const std::size_t given = std::min(packed_.size() - at_, most_at_once);
            const std::size_t room = std::min(to.size() - done, most_at_once);
            stream_.next_in = const_cast<Bytef*>(packed_.data() + at_);
            stream_.avail_in = static_cast<uInt>(given);
            stream_.next_out = to.data() + done;
            stream_.avail_out = static_cast<uInt>(room);
            const int state = inflate(&stream_, Z_NO_FLUSH);
            at_ += given - stream_.avail_in;
            done += room - stream_.avail_out;
            if (state == Z_STREAM_END) {
                next_member();
            } else if (state != Z_OK) {
                refuse(state == Z_BUF_ERROR     ? "it ends too early"
                       : stream_.msg != nullptr ? stream_.msg
                                                : "zlib error " + std::to_string(state));
            }
        }
        return done;
    }

private:
    void next_member() {
        const auto rest = packed_.subspan(at_);
        if (is_gzip(rest)) {
            inflateReset(&stream_);
            return;
        }
        ended_ = true;
        const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
        if (!std::all_of(rest.begin(), rest.end(), is_zero)) {
            refuse("other bytes follow its end, neither a further gzip member nor zeros");
        }
    }
    [[noreturn]] void refuse(const std::string& reason) const {
        raise<FileError>(name_ + ": not a whole gzip file, at packed byte " + std::to_string(at_) + " of " +
                         std::to_string(packed_.size()) + ": " + reason + "; fetch it again");
    }

    std::span<const std::uint8_t> packed_;
    std::string name_;
    z_stream stream_{};
    std::size_t at_ = 0;
    bool ended_ = false;
};

#endif

}  // namespace detail

#if defined(NORMA_HAS_ZLIB)

/// The unpacked content of a .gz file that is in memory, called `name` in messages. It is unpacked twice, first to
/// learn its size and that it is whole: so nothing is allocated for what the file only promises, and what is allocated
/// is the content and 100 KB. Needs zlib (`NORMA_HAS_ZLIB`).
/// @throws FileError if it is not in gzip's format, cut short, damaged, followed by other bytes than zeros or a further
/// member, or larger than `most` bytes unpacked, for which the message gives the `reason`.
inline std::vector<std::uint8_t> unpack_gzip(std::span<const std::uint8_t> packed, const std::string& name,
                                             std::size_t most = most_unpacked_bytes,
                                             const std::string& reason = detail::size_reason) {
    std::size_t size = 0;
    {
        detail::GzipReader reader(packed, name);
        std::vector<std::uint8_t> piece(65536);
        while (const std::size_t got = reader.read(piece)) {
            size += got;
            if (size > most) detail::refuse_size(name, most, reason);
        }
    }
    std::vector<std::uint8_t> content(size);
    detail::GzipReader(packed, name).read(content);
    return content;
}

/// The unpacked content of a .gz file. Needs zlib (`NORMA_HAS_ZLIB`).
/// @throws FileError if it is missing, and as `unpack_gzip`.
inline std::vector<std::uint8_t> read_gzip(const std::filesystem::path& path, std::size_t most = most_unpacked_bytes) {
    return unpack_gzip(read_file(path, most_unpacked_bytes), path.string(), most);
}

#endif

namespace detail {

#if !defined(NORMA_HAS_ZLIB)
[[noreturn]] inline void refuse_packed(const std::string& name) {
    raise<FileError>(name + ": built without zlib, norma reads plain files only; unpack it first (gunzip)");
}
#endif

/// The first bytes, unpacked where they are gzip's, of a file's content: `count`, or fewer if there are no more.
/// @throws FileError as `GzipReader::read`, or if they are gzip's and norma was built without zlib.
inline std::vector<std::uint8_t> unpacked_beginning(std::span<const std::uint8_t> bytes, const std::string& name,
                                                    std::size_t count) {
    if (!is_gzip(bytes)) return {bytes.begin(), bytes.begin() + std::ptrdiff_t(std::min(count, bytes.size()))};
#if defined(NORMA_HAS_ZLIB)
    std::vector<std::uint8_t> beginning(count);
    beginning.resize(GzipReader(bytes, name).read(beginning));
    return beginning;
#else
    refuse_packed(name);
#endif
}

/// A file's content, unpacked where it is gzip's, or where it is too short to tell and named as such.
/// @throws FileError if there are more than `most` bytes, and as `unpack_gzip`.
inline std::vector<std::uint8_t> unpacked(std::vector<std::uint8_t> bytes, const std::string& name, std::size_t most,
                                          const std::string& reason = size_reason) {
    if (!is_gzip(bytes) && (bytes.size() > 1 || !name.ends_with(".gz"))) {
        if (bytes.size() > most) refuse_size(name, most, reason);
        return bytes;
    }
#if defined(NORMA_HAS_ZLIB)
    return unpack_gzip(bytes, name, most, reason);
#else
    refuse_packed(name);
#endif
}

/// Is there anything of this name but a folder? What cannot be looked at, such as a link to itself, counts: reading it
/// says why.
inline bool may_be_read(const std::filesystem::path& path) {
    std::error_code failed;
    const std::filesystem::file_status found = std::filesystem::status(path, failed);
    return found.type() == std::filesystem::file_type::none ||
           (std::filesystem::exists(found) && !std::filesystem::is_directory(found));
}

/// `path`, or `path`.gz where only that is there.
inline std::filesystem::path plain_or_packed(const std::filesystem::path& path) {
    std::filesystem::path packed = path;
    packed += ".gz";
    return !may_be_read(path) && may_be_read(packed) ? packed : path;
}

}  // namespace detail

/// Whether `path`, or `path`.gz, exists and is no folder.
inline bool packed_file_exists(const std::filesystem::path& path) {
    return detail::may_be_read(detail::plain_or_packed(path));
}

/// The content of `path`, or of `path`.gz where only that exists; unpacked where its bytes are gzip's, whatever its
/// name.
/// @throws FileError if neither can be read, if there are more than `most` bytes, as `unpack_gzip`, or if it is packed
/// and norma was built without zlib.
inline std::vector<std::uint8_t> read_packed_file(const std::filesystem::path& path,
                                                  std::size_t most = most_unpacked_bytes) {
    const std::filesystem::path found = detail::plain_or_packed(path);
    return detail::unpacked(read_file(found, most_unpacked_bytes), found.string(), most);
}

}  // namespace norma::inline NORMA_TARGET
