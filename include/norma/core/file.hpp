#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/system_file.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

inline constexpr std::string_view end_of_temporary = ".tmp";

/// The file that `path` is a symbolic link to; `path` itself if it is none.
inline std::filesystem::path followed(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored))
               ? std::filesystem::weakly_canonical(path, ignored)
               : path;
}

inline std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace detail

/// The whole content of a file.
/// @throws FileError if it is missing, a folder, cannot be read, or has more than `most` bytes; no more are read.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                           std::size_t most = std::numeric_limits<std::size_t>::max() - 1) {
    const auto refuse = [&](const std::string& what) { raise<FileError>(path.string() + ": " + what); };
    const auto limit = [&](std::uintmax_t size) {
        if (size > most) refuse("has more than " + std::to_string(most) + " bytes, the limit for this file");
    };
    std::error_code none;
    if (std::filesystem::is_directory(path, none)) refuse("is a folder; a file was expected");
    detail::SystemFile file;
    if (!file.open_to_read(path)) {
        if (errno == ENOENT || errno == ENOTDIR) refuse("there is no such file; check the folder and the name");
        refuse("cannot be opened for reading: " + detail::system_message(errno));
    }
    // One byte more than the file's size: the end is found without growing the buffer. For a file without a size (a
    // pipe) it grows.
    const std::uintmax_t expected = std::filesystem::file_size(path, none);
    if (!none) limit(expected);
    std::vector<std::uint8_t> content(none ? 1 : static_cast<std::size_t>(expected) + 1);
    std::size_t size = 0;
    for (;;) {
        const std::int64_t got = file.read(content.data() + size, content.size() - size);
        if (got < 0) refuse("cannot be read at byte " + std::to_string(size) + ": " + detail::system_message(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        limit(size);
        if (size == content.size()) content.resize(2 * size + 4096);
    }
    content.resize(size);
    return content;
}

/// Replaces `path` by a file of this content, as a whole or not at all: the content goes to a temporary file beside it,
/// is flushed to the disk, and the temporary file is renamed to `path` in one step. A reader of `path` finds the old
/// content or the new, also during the call and after a failure or a power cut. A symbolic link is followed.
/// @throws FileError if the folder is missing, the disk is full, or `path` is not a file. Then the old file is whole,
/// and the temporary one is removed.
inline void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const fs::path target = detail::followed(path);
    const fs::path folder = detail::folder_of(target);
    const auto refuse = [&](const std::string& what) {
        raise<FileError>(path.string() + ": cannot be written: " + what);
    };

    const fs::file_status found = fs::status(target, ignored);
    if (fs::exists(found) && !fs::is_regular_file(found)) refuse("it exists and is not a file; choose another name");
    if (!fs::is_directory(folder, ignored)) refuse("there is no folder " + folder.string() + "; create it first");

    static std::atomic<unsigned> count{0};
    fs::path temporary;
    detail::SystemFile file;
    bool is_open = false;
    do {  // a killed process of the same number may have left a file of this name: take the next
        temporary = target;
        temporary += "." + std::to_string(detail::posix::getpid()) + "-" + std::to_string(count++);
        temporary += detail::end_of_temporary;
        is_open = file.open_to_write_anew(temporary);
    } while (!is_open && errno == EEXIST);
    if (!is_open) {
        refuse("the temporary " + temporary.string() + " cannot be created: " + detail::system_message(errno));
    }
    const auto give_up = [&](const std::string& what, const std::string& message) {
        const std::string reason = what + ": " + message;
        file.close();  // some systems cannot remove an open file
        fs::remove(temporary, ignored);
        refuse(reason + "; what was there before is unchanged; free some space or choose another folder");
    };
    for (std::size_t done = 0; done < content.size();) {
        const std::int64_t put = file.write(content.data() + done, content.size() - done);
        if (put < 0) {
            give_up("only " + std::to_string(done) + " of " + std::to_string(content.size()) + " bytes were written",
                    detail::system_message(errno));
        }
        done += static_cast<std::size_t>(put);
    }
    if (!file.flush() || !file.close()) {
        give_up("the content could not be flushed to the disk", detail::system_message(errno));
    }
    std::error_code failed;
    fs::rename(temporary, target, failed);
    if (failed) give_up("the temporary file could not be renamed", failed.message());
    detail::flush_folder(folder);  // the name itself must reach the disk too
}

/// The same for text.
inline void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
    write_file_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

/// Removes the temporary files that programs left beside `path` when they were killed in `write_file_atomically`. No
/// program may be writing `path` now. A file that cannot be removed stays; it only takes space.
inline void remove_leftovers(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    const fs::path target = detail::followed(path);
    const std::string begin = target.filename().string() + ".";
    std::vector<fs::path> leftovers;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(detail::folder_of(target), ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(begin) && name.ends_with(detail::end_of_temporary)) leftovers.push_back(entry.path());
    }
    for (const fs::path& leftover : leftovers) fs::remove(leftover, ignored);
}

}  // namespace norma::inline NORMA_TARGET
