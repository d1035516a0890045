#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"

namespace norma::compare {

/// The files that a run could not write. The run continues without them, and names them at its end.
class Unwritten {
public:
    /// Calls `write()`, which writes `path`. Returns the reason if it fails for the first time; else nothing.
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

    /// The files that are not written: the reason for the first, and the names of the others.
    std::string sentence() const;

private:
    std::string note(const std::filesystem::path& path, const std::string& why);

    std::vector<std::pair<std::filesystem::path, std::string>> failures_;
};

/// Writes the files of a report, given by name, into `folder`: the data (results.json, table.txt) first, the page
/// (index.html) last. Each file is written as a whole or not at all, and if one fails, the others are still written.
/// Removes temporary files that killed runs have left.
void write_files(const std::map<std::string, std::string>& files, const std::filesystem::path& folder,
                 Unwritten& unwritten);

}  // namespace norma::compare
