#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

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

/// A file that is written piece by piece, and replaces `path` as a whole or not at all: the pieces go to a temporary
/// file beside it; `commit` flushes it to the disk and renames it to `path` in one step. A reader of `path` finds the
/// old content or the new, also after a failure or a power cut. A symbolic link is followed.
class AtomicFile {
public:
    /// Creates the temporary file.
    /// @throws FileError if the folder is missing or cannot be written to, or `path` is not a file.
    explicit AtomicFile(const std::filesystem::path& path) : path_(path), target_(detail::followed(path)) {
        namespace fs = std::filesystem;
        std::error_code ignored;
        const fs::file_status found = fs::status(target_, ignored);
        const fs::path folder = detail::folder_of(target_);
        if (fs::exists(found) && !fs::is_regular_file(found))
            refuse("it exists and is not a file; choose another name");
        if (!fs::is_directory(folder, ignored)) refuse("there is no folder " + folder.string() + "; create it first");

        static std::atomic<unsigned> count{0};
        bool is_open = false;
        do {  // a killed process of the same number may have left a file of this name: take the next
            temporary_ = target_;
            temporary_ += "." + std::to_string(detail::posix::getpid()) + "-" + std::to_string(count++);
            temporary_ += detail::end_of_temporary;
            is_open = file_.open_to_write_anew(temporary_);
        } while (!is_open && errno == EEXIST);
        if (!is_open) {
            const std::string reason = detail::system_message(errno);
            refuse("the temporary " + temporary_.string() + " cannot be created: " + reason);
        }
        is_there_ = true;
    }
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    /// Removes the temporary file unless it was committed; what was at `path` before is then unchanged.
    ~AtomicFile() { remove(); }

    /// Appends these bytes.
    /// @throws FileError if the disk is full, for instance; the temporary file is then removed.
    void write(std::span<const std::byte> bytes) {
        for (std::size_t done = 0; done < bytes.size();) {
            const std::int64_t put = file_.write(bytes.data() + done, bytes.size() - done);
            if (put < 0) {
                const std::string reason = detail::system_message(errno);
                give_up("only " + std::to_string(size_) + " of " + std::to_string(size_ + (bytes.size() - done)) +
                            " bytes were written",
                        reason);
            }
            done += static_cast<std::size_t>(put);
            size_ += static_cast<std::uint64_t>(put);
        }
    }

    /// Number of bytes written so far.
    std::uint64_t size() const { return size_; }

    /// Flushes the file and gives it its name. Call it once, at the end.
    /// @throws FileError if that fails; the temporary file is then removed.
    void commit() {
        if (!file_.flush() || !file_.close()) {
            const std::string reason = detail::system_message(errno);
            give_up("the content could not be flushed to the disk", reason);
        }
        std::error_code failed;
        std::filesystem::rename(temporary_, target_, failed);
        if (failed) give_up("the temporary file could not be renamed", failed.message());
        is_there_ = false;
        detail::flush_folder(detail::folder_of(target_));  // the name itself must reach the disk too
    }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        raise<FileError>({path_.string(), ": cannot be written: ", what});
    }
    [[noreturn]] void give_up(const std::string& what, const std::string& message) {
        remove();
        refuse(what + ": " + message +
               "; what was there before is unchanged; free some space or choose another folder");
    }
    void remove() {
        file_.close();  // some systems cannot remove an open file
        std::error_code ignored;
        if (is_there_) std::filesystem::remove(temporary_, ignored);
        is_there_ = false;
    }

    std::filesystem::path path_, target_, temporary_;
    detail::SystemFile file_;
    std::uint64_t size_ = 0;
    bool is_there_ = false;  // the temporary file
};

}  // namespace norma::inline NORMA_TARGET
