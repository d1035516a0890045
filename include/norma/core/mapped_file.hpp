#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "norma/core/error.hpp"
#include "norma/core/system_file.hpp"
#include "norma/core/target.hpp"

#ifdef _WIN32
#include <vector>

#include "norma/core/file.hpp"
#endif

namespace norma::inline NORMA_TARGET {

/// The bytes of a file, mapped into memory to be read: the system loads a page when it is first read and drops it when
/// memory is short, so the file may be larger than memory. The file must not be changed in place while it is mapped (a
/// file that is made shorter ends the program at the next read beyond its end); to replace it, as `AtomicFile` does, is
/// safe. On Windows the file is read into memory instead.
class MappedFile {
public:
    /// @throws FileError if the file is missing, a folder or not a regular file, or cannot be read.
    explicit MappedFile(const std::filesystem::path& path) {
        const auto refuse = [&](const std::string& what) { raise<FileError>({path.string(), ": ", what}); };
        std::error_code failed;
        const std::filesystem::file_status found = std::filesystem::status(path, failed);
        if (std::filesystem::is_directory(found)) refuse("is a folder; a file was expected");
        if (found.type() == std::filesystem::file_type::not_found) {
            refuse("there is no such file; check the folder and the name");
        }
        if (!std::filesystem::is_regular_file(found)) refuse("is not a regular file, so it cannot be mapped");
#ifdef _WIN32
        content_ = read_file(path);
        bytes_ = content_;
#else
        detail::SystemFile file;
        if (!file.open_to_read(path)) refuse("cannot be opened for reading: " + detail::system_message(errno));
        const std::int64_t size = file.size();
        if (size < 0) refuse("its size is not known: " + detail::system_message(errno));
        if (size == 0) return;
        if (static_cast<std::uint64_t>(size) > std::numeric_limits<std::size_t>::max()) {
            refuse("its " + std::to_string(size) + " bytes are more than this program can address");
        }
        void* const start = file.map(static_cast<std::size_t>(size));
        if (start == nullptr) refuse("cannot be mapped into memory: " + detail::system_message(errno));
        bytes_ = {static_cast<const std::uint8_t*>(start), static_cast<std::size_t>(size)};
#endif
    }
    /// Takes the mapping; `other` is then empty.
    MappedFile(MappedFile&& other) noexcept { swap(other); }
    /// Takes the mapping of `other`.
    MappedFile& operator=(MappedFile&& other) noexcept {
        MappedFile taken(std::move(other));
        taken.swap(*this);
        return *this;
    }
    ~MappedFile() {
#ifndef _WIN32
        if (!bytes_.empty()) detail::unmap(bytes_.data(), bytes_.size());
#endif
    }

    /// The content; valid as long as this object, or the one that took its mapping.
    std::span<const std::uint8_t> bytes() const { return bytes_; }

private:
    void swap(MappedFile& other) noexcept {
        std::swap(bytes_, other.bytes_);
#ifdef _WIN32
        std::swap(content_, other.content_);
#endif
    }

    std::span<const std::uint8_t> bytes_;
#ifdef _WIN32
    std::vector<std::uint8_t> content_;
#endif
};

}  // namespace norma::inline NORMA_TARGET
