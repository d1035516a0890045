#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "norma/core/error.hpp"
#include "norma/core/system_file.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Locks a folder for one process: two programs that write their files into the same folder would leave a mixture of
/// both. While this object exists, the system locks the file `norma.lock` in the folder, and the file has the process
/// id, for messages. However the process ends, the system then drops the lock, so a file that is left over blocks
/// nobody. A file system that cannot lock (some network folders) gives no protection.
class FolderLock {
public:
    static constexpr const char* file_name = "norma.lock";  ///< in the folder

    /// @throws FileError that names the process if another one has the folder, or if the file cannot be made.
    explicit FolderLock(const std::filesystem::path& folder) : path_(folder / file_name) {
        const auto refuse = [&](const std::string& what) { raise<FileError>({folder.string(), ": ", what}); };
        for (;;) {
            if (!file_.open_to_lock(path_)) {
#ifdef _WIN32
                if (errno == EACCES) refuse(in_use({}));
#endif
                refuse(std::string(file_name) + " cannot be opened for writing: " + detail::system_message(errno) +
                       "; choose a folder that you can write to");
            }
            if (!file_.lock()) {
                if (errno == EWOULDBLOCK) refuse(in_use(holder()));
                return;
            }
            if (file_.is_at(path_)) break;
            file_.close();  // the process that had it removed this file after it was opened here: try again
        }
        const std::string id = std::to_string(detail::posix::getpid()) + '\n';
        if (file_.truncate()) file_.write(id.data(), id.size());  // may fail on a full disk: the lock holds without it
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    /// Removes the file and releases the folder.
    ~FolderLock() {
        std::error_code ignored;
#ifdef _WIN32
        file_.close();  // Windows cannot remove an open file
#endif
        std::filesystem::remove(path_, ignored);
    }

private:
    static std::string in_use(std::string_view process) {
        return "is in use by " + (process.empty() ? "another process" : "process " + std::string(process)) +
               ", which writes its own files there; wait until it has ended, or choose another folder";
    }

    /// The process id in the file; empty if there is none yet.
    std::string holder() {
        std::array<char, 20> text{};
        const std::int64_t size = file_.read(text.data(), text.size());
        const auto end = std::find_if(text.begin(), text.begin() + std::max<std::int64_t>(size, 0),
                                      [](char c) { return c < '0' || c > '9'; });
        return {text.begin(), end};
    }

    std::filesystem::path path_;
    detail::SystemFile file_;
};

}  // namespace norma::inline NORMA_TARGET
