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

/// Makes a folder one program's: two that wrote their files into one folder would leave a mixture of both. While it
/// lives, the file `norma.lock` in the folder is locked by the system, and the number of the process is in it for the
/// message. However the process ends, the system takes the lock away with it, so that a file which is left over is in
/// nobody's way. Where a file system cannot lock, as some network folders, nothing is held.
class FolderLock {
public:
    static constexpr const char* file_name = "norma.lock";  ///< in the folder

    /// @throws FileError that names the process if the folder is another's, or if the file cannot be made.
    explicit FolderLock(const std::filesystem::path& folder) : path_(folder / file_name) {
        const auto refuse = [&](const std::string& what) { raise<FileError>(folder.string() + ": " + what); };
        for (;;) {
            if (!file_.open_to_lock(path_)) {
#ifdef _WIN32
                if (errno == EACCES) refuse(in_use({}));
#endif
                refuse(std::string(file_name) + " cannot be opened for writing there: " +
                       detail::system_message(errno) + "; name a folder that can be written to");
            }
            if (!file_.lock()) {
                if (errno == EWOULDBLOCK) refuse(in_use(holder()));
                return;
            }
            if (file_.is_at(path_)) break;
            file_.close();  // whoever had it removed this file after it was opened here
        }
        const std::string id = std::to_string(detail::posix::getpid()) + '\n';
        if (file_.truncate()) file_.write(id.data(), id.size());  // on a full disk the lock alone has to do
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    /// Removes the file, and gives the folder free.
    ~FolderLock() {
        std::error_code ignored;
#ifdef _WIN32
        file_.close();  // no file is removed there that is open
#endif
        std::filesystem::remove(path_, ignored);
    }

private:
    static std::string in_use(std::string_view process) {
        return "is in use by " + (process.empty() ? "another process" : "process " + std::string(process)) +
               ", which writes its own files there; wait until it has ended, or name another folder";
    }

    /// The number in the file; empty where there is none yet.
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
