#pragma once

#include <fcntl.h>
#ifdef _WIN32
#include <io.h>
#include <process.h>
#include <sys/stat.h>
#else
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

namespace norma::detail {

/// The system's words for an error number.
inline std::string system_message(int error) {
    return std::generic_category().message(error) + " (error " + std::to_string(error) + ")";
}

/// A file by the system's own calls, for the standard library can neither flush to the disk nor refuse a name that is
/// taken. Whatever fails leaves its reason in `errno`. The file is closed when it goes out of scope.
class SystemFile {
public:
    SystemFile() = default;
    SystemFile(const SystemFile&) = delete;
    SystemFile& operator=(const SystemFile&) = delete;
    ~SystemFile() { close(); }

    /// Opens what is there. Only where none is open, as the next.
    bool open_to_read(const std::filesystem::path& path) { return open(path, O_RDONLY); }
    /// Opens a new file; false, with EEXIST, if the name is taken.
    bool open_to_write_anew(const std::filesystem::path& path) { return open(path, O_WRONLY | O_CREAT | O_EXCL); }

#ifdef _WIN32
    /// Reads up to `size` bytes into `to` (`=`), and returns how many: 0 at the end, less than 0 if it fails.
    std::int64_t read(void* to, std::size_t size) { return ::_read(id_, to, most_at_once(size)); }
    /// Writes up to `size` bytes, and returns how many; less than 0 if it fails.
    std::int64_t write(const void* from, std::size_t size) { return ::_write(id_, from, most_at_once(size)); }
    /// Waits until all of it is on the disk.
    bool flush() { return ::_commit(id_) == 0; }
    /// Closes now; false if the system reports that something was not written.
    bool close() { return id_ < 0 || ::_close(std::exchange(id_, -1)) == 0; }

private:
    bool open(const std::filesystem::path& path, int flags) {
        id_ = ::_wopen(path.c_str(), flags | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
        return id_ >= 0;
    }
    static unsigned most_at_once(std::size_t size) {
        return static_cast<unsigned>(std::min(size, std::size_t{1} << 30));
    }
#else
    /// Reads up to `size` bytes into `to` (`=`), and returns how many: 0 at the end, less than 0 if it fails.
    std::int64_t read(void* to, std::size_t size) {
        return uninterrupted([&] { return ::read(id_, to, size); });
    }
    /// Writes up to `size` bytes, and returns how many; less than 0 if it fails.
    std::int64_t write(const void* from, std::size_t size) {
        return uninterrupted([&] { return ::write(id_, from, size); });
    }
    /// Waits until all of it is on the disk.
    bool flush() { return ::fsync(id_) == 0; }
    /// Closes now; false if the system reports that something was not written.
    bool close() { return id_ < 0 || ::close(std::exchange(id_, -1)) == 0; }

private:
    bool open(const std::filesystem::path& path, int flags) {
        id_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
        return id_ >= 0;
    }
    /// Calls a system function again for as long as a signal interrupts it.
    template <class Call>
    static std::int64_t uninterrupted(const Call& call) {
        for (;;) {
            const auto result = call();
            if (result >= 0 || errno != EINTR) return result;
        }
    }
#endif

    int id_ = -1;
};

/// Waits until a folder's names are on the disk, where the system can do that: some file systems cannot, and Windows
/// does so by itself.
inline void flush_folder([[maybe_unused]] const std::filesystem::path& folder) {
#ifndef _WIN32
    if (SystemFile file; file.open_to_read(folder)) file.flush();
#endif
}

/// The number by which the system knows this process.
inline long long process_number() {
#ifdef _WIN32
    return ::_getpid();
#else
    return ::getpid();
#endif
}

}  // namespace norma::detail
