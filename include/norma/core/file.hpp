#pragma once

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

#include "norma/core/atomic_file.hpp"
#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/system_file.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// The whole content of a file.
/// @throws FileError if it is missing, a folder, cannot be read, or has more than `most` bytes; no more are read.
template <class = void>
std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                    std::size_t most = std::numeric_limits<std::size_t>::max() - 1) {
    const auto refuse = [&](const std::string& what) { raise<FileError>({path.string(), ": ", what}); };
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

/// Replaces `path` by a file of this content, as a whole or not at all (`AtomicFile`).
/// @throws FileError if the folder is missing, the disk is full, or `path` is not a file. Then the old file is whole,
/// and the temporary one is removed.
template <class = void>
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

/// The same for text.
template <class = void>
void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
    write_file_atomically(path, bytes_of(text));
}

/// Removes the temporary files that programs left beside `path` when they were killed while they wrote it. No
/// program may be writing `path` now. A file that cannot be removed stays; it only takes space.
template <class = void>
void remove_leftovers(const std::filesystem::path& path) {
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
