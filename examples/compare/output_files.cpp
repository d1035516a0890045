#include "output_files.hpp"

#include <algorithm>

#include "norma/core/file.hpp"

namespace norma::compare {

std::string Unwritten::sentence() const {
    std::string text;
    for (const auto& [path, why] : failures_) {
        text += text.empty()
                    ? why
                    : (&path == &failures_[1].first ? "; these could not be written either: " : ", ") + path.string();
    }
    return text;
}

std::string Unwritten::note(const std::filesystem::path& path, const std::string& why) {
    for (const auto& failure : failures_) {
        if (failure.first == path) return {};
    }
    failures_.emplace_back(path, why);
    return why;
}

void write_files(const std::map<std::string, std::string>& files, const std::filesystem::path& folder,
                 Unwritten& unwritten) {
    const auto rank = [](const std::string& name) {
        return name == "results.json" || name == "table.txt" ? 0 : name == "index.html" ? 2 : 1;
    };
    for (const int now : {0, 1, 2}) {
        for (const auto& [name, bytes] : files) {
            if (rank(name) != now) continue;
            remove_leftovers(folder / name);
            unwritten.attempt(folder / name, [&] { write_file_atomically(folder / name, std::string_view(bytes)); });
        }
    }
}

}  // namespace norma::compare
