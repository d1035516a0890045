#pragma once

#include <fcntl.h>
#ifdef _WIN32
#include <io.h>
#include <process.h>
#include <share.h>
#include <sys/stat.h>
#else
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// The system's message for an error number.
inline std::string system_message(int error) {
    return std::generic_category().message(error) + " (error " + std::to_string(error) + ")";
}

/// The system's calls, by the names that POSIX has for them.
namespace posix {
#ifdef _WIN32
inline unsigned most_at_once(std::size_t size) { return static_cast<unsigned>(std::min(size, std::size_t{1} << 30)); }
inline int open(const std::filesystem::path& path, int flags) {
    return ::_wopen(path.c_str(), flags | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
}
/// While it is open here, no other process can open the file for writing.
inline int open_to_lock(const std::filesystem::path& path) {
    return ::_wsopen(path.c_str(), _O_RDWR | _O_CREAT | _O_BINARY | _O_NOINHERIT, _SH_DENYWR, _S_IREAD | _S_IWRITE);
}
inline bool lock(int) { return true; }
inline bool is_at(int, const std::filesystem::path&) { return true; }
inline int truncate(int id) { return ::_chsize(id, 0); }
inline std::int64_t read(int id, void* to, std::size_t size) { return ::_read(id, to, most_at_once(size)); }
inline std::int64_t write(int id, const void* from, std::size_t size) { return ::_write(id, from, most_at_once(size)); }
inline int fsync(int id) { return ::_commit(id); }
inline int close(int id) { return ::_close(id); }
inline long long getpid() { return ::_getpid(); }
#else
inline int open(const std::filesystem::path& path, int flags) { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); }
inline int open_to_lock(const std::filesystem::path& path) { return open(path, O_RDWR | O_CREAT | O_NOFOLLOW); }
inline bool lock(int id) { return ::flock(id, LOCK_EX | LOCK_NB) == 0; }
inline bool is_at(int id, const std::filesystem::path& path) {
    struct stat opened;
    struct stat named;
    return ::fstat(id, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}
inline int truncate(int id) { return ::ftruncate(id, 0); }
using ::close;
using ::fsync;
using ::getpid;
using ::read;
using ::write;
#endif
}  // namespace posix

/// A file through the system's own calls: the standard library can neither flush to the disk nor refuse a name that
/// exists. If a call fails, `errno` has the reason. The file is closed when it goes out of scope.
class SystemFile {
public:
    SystemFile() = default;
    SystemFile(const SystemFile&) = delete;
    SystemFile& operator=(const SystemFile&) = delete;
    ~SystemFile() { close(); }

    /// Opens an existing file. No file may be open yet; the same for the next two.
    bool open_to_read(const std::filesystem::path& path) { return open(path, O_RDONLY); }
    /// Opens a new file; false, with EEXIST, if the name exists.
    bool open_to_write_anew(const std::filesystem::path& path) { return open(path, O_WRONLY | O_CREAT | O_EXCL); }
    /// Opens a file to write, or makes it; other processes may have it open. A symbolic link is not followed.
    bool open_to_lock(const std::filesystem::path& path) {
        id_ = posix::open_to_lock(path);
        return id_ >= 0;
    }
    /// Locks the file until it is closed or the process ends, however it ends; false if another process has the lock.
    bool lock() { return posix::lock(id_); }
    /// Whether the file that is open is still the one of that name.
    bool is_at(const std::filesystem::path& path) { return posix::is_at(id_, path); }
    /// Makes it empty.
    bool truncate() { return posix::truncate(id_) == 0; }
    /// Reads up to `size` bytes into `to` (`=`), and returns how many: 0 at the end, less than 0 if it fails.
    std::int64_t read(void* to, std::size_t size) {
        return uninterrupted([&] { return posix::read(id_, to, size); });
    }
    /// Writes up to `size` bytes, and returns how many; less than 0 if it fails.
    std::int64_t write(const void* from, std::size_t size) {
        return uninterrupted([&] { return posix::write(id_, from, size); });
    }
    /// Waits until all that was written is on the disk.
    bool flush() { return posix::fsync(id_) == 0; }
#ifndef _WIN32
    /// Number of bytes; less than 0 if the system does not tell.
    std::int64_t size() const {
        struct stat found;
        return ::fstat(id_, &found) == 0 ? std::int64_t{found.st_size} : -1;
    }
    /// Maps the first `size` bytes into memory, to be read; null if it fails. The file may then be closed.
    void* map(std::size_t size) const {
        void* const start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, id_, 0);
        return start == MAP_FAILED ? nullptr : start;
    }
#endif
    /// Closes the file now; false if the system reports that something was not written.
    bool close() { return id_ < 0 || posix::close(std::exchange(id_, -1)) == 0; }

private:
    bool open(const std::filesystem::path& path, int flags) {
        id_ = posix::open(path, flags);
        return id_ >= 0;
    }
    /// Repeats a system call for as long as a signal interrupts it.
    template <class Call>
    static std::int64_t uninterrupted(const Call& call) {
        for (;;) {
            const auto result = call();
            if (result >= 0 || errno != EINTR) return result;
        }
    }

    int id_ = -1;
};

#ifndef _WIN32
/// Ends what `SystemFile::map` began.
inline void unmap(const void* start, std::size_t size) { ::munmap(const_cast<void*>(start), size); }
#endif

/// Waits until a folder's names are on the disk. Some file systems cannot do this, and Windows does it by itself.
inline void flush_folder([[maybe_unused]] const std::filesystem::path& folder) {
#ifndef _WIN32
    if (SystemFile file; file.open_to_read(folder)) file.flush();
#endif
}

}  // namespace norma::inline NORMA_TARGET::detail
