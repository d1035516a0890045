#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"

/// The pictures in a folder, listed in the order of their names.
namespace norma::inline NORMA_TARGET::detail {

/// A picture in a folder: its path within the folder, and the number of its class.
struct PictureFile {
    std::string name;
    int target = 0;
};

inline bool is_picture_name(const std::filesystem::path& path) {
    std::string ending = path.extension().string();
    for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

/// Calls `use(entry)` for all that is in a folder, in the order of the names, but hidden files and folders.
template <class Use>
void for_each_entry(const std::filesystem::path& folder, const Use& use) {
    std::error_code failed;
    std::vector<std::filesystem::directory_entry> entries;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        if (!at->path().filename().string().starts_with('.')) entries.push_back(*at);
    }
    if (failed) raise<FileError>(folder.string() + ": the folder cannot be read: " + failed.message());
    std::ranges::sort(entries, {}, [](const auto& entry) { return entry.path().filename().string(); });
    for (const auto& entry : entries) use(entry);
}

/// Adds the pictures in a folder and the folders below it. Links to folders are not followed: they may be circles.
inline void add_pictures(const std::filesystem::path& folder, const std::string& name, int target,
                         std::vector<PictureFile>& files) {
    for_each_entry(folder, [&](const std::filesystem::directory_entry& entry) {
        std::error_code failed;
        const std::string own_name = name + "/" + entry.path().filename().string();
        if (entry.is_directory(failed)) {
            if (!entry.is_symlink(failed)) add_pictures(entry.path(), own_name, target, files);
        } else if (is_picture_name(entry.path())) {
            if (!entry.is_regular_file(failed)) {
                raise<FileError>(entry.path().string() +
                                 ": is no file that can be read, but perhaps a link to nothing; take it out of the "
                                 "folder");
            }
            files.push_back({own_name, target});
        }
    });
}

}  // namespace norma::inline NORMA_TARGET::detail
