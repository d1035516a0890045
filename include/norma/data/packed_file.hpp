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

/// The most bytes that a file may have when unpacked: twice the largest official file that norma reads (the images of
/// EMNIST "byclass").
inline constexpr std::size_t most_unpacked_bytes = std::size_t{1} << 30;

namespace detail {

/// Is it a gzip file? No unpacked data file that norma reads begins with these bytes.
inline bool is_gzip(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

template <class = void>
[[noreturn]] void refuse_size(const std::string& name, std::size_t most, const std::string& reason) {
    raise<FileError>({name, ": unpacked it has more than ", most, " bytes; ", reason});
}
inline constexpr const char* size_reason = "no data file that norma reads is so large";

#if defined(NORMA_HAS_ZLIB)

/// Unpacks a gzip file piece by piece. The file may have several members one after another, and zeros at the end (a
/// tape or a block device adds them). Takes 40 KB, for zlib. `packed` must outlive it.
class GzipReader {
public:
    /// @throws FileError if zlib cannot be started.
    GzipReader(std::span<const std::uint8_t> packed, std::string name) : packed_(packed), name_(std::move(name)) {
        constexpr int gzip_only = 16 + MAX_WBITS;
        if (inflateInit2(&stream_, gzip_only) != Z_OK) raise<FileError>({name_, ": zlib could not be started"});
    }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;
    ~GzipReader() { inflateEnd(&stream_); }

    /// Writes the next unpacked bytes to `to` (`=`). Returns how many; fewer than `to` has only at the end of the file.
    /// @throws FileError that names the packed byte, if the file is cut short there, damaged, or not in gzip's format.
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
                refuse(state == Z_BUF_ERROR     ? "it is cut short"
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
            refuse("after its end come bytes that are neither another gzip member nor zeros");
        }
    }
    [[noreturn]] void refuse(const std::string& reason) const {
        raise<FileError>({name_, ": not a whole gzip file: at byte ", at_, " of ", packed_.size(), ": ", reason,
                          "; download it again"});
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

/// The unpacked content of a gzip file in memory, which messages call `name`. The file is unpacked twice, first to
/// learn the size of the content and whether the file is whole. So the memory is that of the content and 100 KB,
/// whatever size the file claims. Needs zlib (`NORMA_HAS_ZLIB`).
/// @throws FileError if the file is not in gzip's format, is cut short or damaged, or is followed by bytes that are
/// neither zeros nor another member; or if the content has more than `most` bytes: that message ends with `reason`.
template <class = void>
std::vector<std::uint8_t> unpack_gzip(std::span<const std::uint8_t> packed, const std::string& name,
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

/// The unpacked content of a gzip file on disk. Needs zlib (`NORMA_HAS_ZLIB`).
/// @throws FileError if it is missing, and as `unpack_gzip`.
template <class = void>
std::vector<std::uint8_t> read_gzip(const std::filesystem::path& path, std::size_t most = most_unpacked_bytes) {
    return unpack_gzip(read_file(path, most_unpacked_bytes), path.string(), most);
}

#endif

namespace detail {

#if !defined(NORMA_HAS_ZLIB)
template <class = void>
[[noreturn]] void refuse_packed(const std::string& name) {
    raise<FileError>({name, ": a gzip file, but this program was built without zlib; unpack it first (gunzip)"});
}
#endif

/// The first `count` bytes of a file's content, unpacked if it is a gzip file; fewer if the content has fewer.
/// @throws FileError as `GzipReader::read`, or if it is a gzip file and norma was built without zlib.
template <class = void>
std::vector<std::uint8_t> unpacked_beginning(std::span<const std::uint8_t> bytes, const std::string& name,
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

/// A file's content, unpacked if it is a gzip file: by its first two bytes or, if it has fewer, by its name.
/// @throws FileError if the content has more than `most` bytes, and as `unpack_gzip`.
template <class = void>
std::vector<std::uint8_t> unpacked(std::vector<std::uint8_t> bytes, const std::string& name, std::size_t most,
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

/// Is there a file of this name, or anything else that is not a folder? True also if the system cannot tell (a link to
/// itself, for instance): then the error message of reading it says why.
template <class = void>
bool may_be_read(const std::filesystem::path& path) {
    std::error_code failed;
    const std::filesystem::file_status found = std::filesystem::status(path, failed);
    return found.type() == std::filesystem::file_type::none ||
           (std::filesystem::exists(found) && !std::filesystem::is_directory(found));
}

/// `path`, or `path`.gz if only that is there.
template <class = void>
std::filesystem::path plain_or_packed(const std::filesystem::path& path) {
    std::filesystem::path packed = path;
    packed += ".gz";
    return !may_be_read(path) && may_be_read(packed) ? packed : path;
}

}  // namespace detail

/// Is `path`, or `path`.gz, there and not a folder?
template <class = void>
bool packed_file_exists(const std::filesystem::path& path) {
    return detail::may_be_read(detail::plain_or_packed(path));
}

/// The content of `path`, or of `path`.gz if only that is there. A gzip file is recognised by its bytes, whatever its
/// name, and unpacked.
/// @throws FileError if neither can be read, if the content has more than `most` bytes, if it is a gzip file and norma
/// was built without zlib, and as `unpack_gzip`.
template <class = void>
std::vector<std::uint8_t> read_packed_file(const std::filesystem::path& path, std::size_t most = most_unpacked_bytes) {
    const std::filesystem::path found = detail::plain_or_packed(path);
    return detail::unpacked(read_file(found, most_unpacked_bytes), found.string(), most);
}

}  // namespace norma::inline NORMA_TARGET
