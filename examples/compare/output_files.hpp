#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"

namespace norma::compare {

/// The files that a run could not write. It goes on without them, for what was computed is worth more than they are,
/// and names them at its end.
class Unwritten {
public:
    /// Calls `write()`, which is to write `path`. Returns why that failed; empty where it did not, or had before.
    template <class Write>
    std::string attempt(const std::filesystem::path& path, const Write& write) {
        try {
            write();
        } catch (const FileError& e) {
            return note(path, e.what());
        }
        std::erase_if(failures_, [&](const auto& failure) { return failure.first == path; });
        return {};
    }

    bool empty() const { return failures_.empty(); }

    /// All that are not written now: why the first is not, and the names of the others.
    std::string sentence() const;

private:
    std::string note(const std::filesystem::path& path, const std::string& why);

    std::vector<std::pair<std::filesystem::path, std::string>> failures_;
};

/// Writes the files of a report by their names into `folder`, each whole or not at all, whatever becomes of the others:
/// the data (results.json, table.txt) first, the page (index.html) last. Removes what runs that were killed while they
/// wrote left of these files.
void write_files(const std::map<std::string, std::string>& files, const std::filesystem::path& folder,
                 Unwritten& unwritten);

}  // namespace norma::compare
