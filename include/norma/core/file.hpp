#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"

namespace norma {

namespace detail {

/// The system's words for an error number.
inline std::string system_message(int error) {
    return std::system_category().message(error) + " (error " + std::to_string(error) + ")";
}

/// An open file, closed when it goes out of scope.
class Descriptor {
public:
    Descriptor() = default;
    Descriptor(const std::filesystem::path& path, int flags) { open(path, flags); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (id_ >= 0) ::close(id_);
    }

    /// Only where none is open.
    void open(const std::filesystem::path& path, int flags) { id_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666); }
    bool is_open() const { return id_ >= 0; }
    int id() const { return id_; }
    /// Closes now; false if the system reports that something was not written.
    bool close() { return ::close(std::exchange(id_, -1)) == 0; }

private:
    int id_ = -1;
};

/// Calls a system function again for as long as a signal interrupts it.
template <class Call>
auto uninterrupted(const Call& call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

}  // namespace detail

/// The whole content of a file.
/// @throws FileError if it is missing, a folder, or cannot be read.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
    const auto refuse = [&](const std::string& what) { raise<FileError>(path.string() + ": " + what); };
    detail::Descriptor file(path, O_RDONLY);
    if (!file.is_open()) {
        if (errno == ENOENT || errno == ENOTDIR) refuse("there is no such file; check the folder and the name");
        refuse("cannot be opened for reading: " + detail::system_message(errno));
    }
    struct stat about {};
    if (::fstat(file.id(), &about) != 0) refuse("cannot be examined: " + detail::system_message(errno));
    if (S_ISDIR(about.st_mode)) refuse("is a folder; a file was expected");
    // One byte more than its size shows the end of the file in one read; a file without a size grows as it is read.
    std::vector<std::uint8_t> content(static_cast<std::size_t>(about.st_size) + 1);
    std::size_t size = 0;
    for (;;) {
        const auto got =
            detail::uninterrupted([&] { return ::read(file.id(), content.data() + size, content.size() - size); });
        if (got < 0) refuse("cannot be read at byte " + std::to_string(size) + ": " + detail::system_message(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        if (size == content.size()) content.resize(2 * size + 4096);
    }
    content.resize(size);
    return content;
}

/// Replaces `path` by a file of this content, as a whole or not at all: the content goes to a temporary name beside it,
/// is flushed to the disk, and takes the name in one step. Whoever reads `path` meanwhile, or after a failure or a
/// power cut, finds the old content or the new. A symbolic link is followed.
/// @throws FileError if the folder is missing, the disk is full, or `path` is something else than a file; the old file
/// is whole then, and the temporary one is removed.
inline void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const fs::path target =
        fs::is_symlink(fs::symlink_status(path, ignored)) ? fs::weakly_canonical(path, ignored) : path;
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    const auto refuse = [&](const std::string& what) {
        raise<FileError>(path.string() + ": cannot be written: " + what);
    };

    const fs::file_status found = fs::status(target, ignored);
    if (fs::exists(found) && !fs::is_regular_file(found)) refuse("it exists and is not a file; choose another name");
    if (!fs::is_directory(folder, ignored)) refuse("there is no folder " + folder.string() + "; create it first");

    static std::atomic<unsigned> count{0};
    fs::path temporary;
    detail::Descriptor file;
    do {  // a process of the same number that was killed here has left such a name: it is passed over
        temporary = target;
        temporary += "." + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp";
        file.open(temporary, O_WRONLY | O_CREAT | O_EXCL);
    } while (!file.is_open() && errno == EEXIST);
    if (!file.is_open()) {
        refuse("the temporary " + temporary.string() + " cannot be created: " + detail::system_message(errno));
    }
    const auto give_up = [&](const std::string& what) {
        const std::string reason = what + ": " + detail::system_message(errno);
        fs::remove(temporary, ignored);
        refuse(reason + "; what was there before is unchanged; free some space or choose another folder");
    };
    for (std::size_t done = 0; done < content.size();) {
        const auto put =
            detail::uninterrupted([&] { return ::write(file.id(), content.data() + done, content.size() - done); });
        if (put < 0)
            give_up("only " + std::to_string(done) + " of " + std::to_string(content.size()) + " bytes went out");
        done += static_cast<std::size_t>(put);
    }
    if (::fsync(file.id()) != 0) give_up("the content could not be flushed to the disk");
    if (!file.close()) give_up("the content could not be flushed to the disk");
    if (::rename(temporary.c_str(), target.c_str()) != 0) give_up("the temporary file could not take the name");
    // The name itself must reach the disk too. Some file systems cannot flush a folder; the content is safe then.
    if (const detail::Descriptor entry(folder, O_RDONLY | O_DIRECTORY); entry.is_open()) ::fsync(entry.id());
}

/// The same for text.
inline void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
    write_file_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace norma
