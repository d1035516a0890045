#include "program.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "drawing/markup.hpp"
#include "norma/core/error.hpp"

namespace norma::compare {

using namespace drawing;

void print(const std::string& line) {
    std::printf("%s\n", examples::printable_lines(line).c_str());
    examples::let_out();
}

void check_folder(const std::string& option, const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!std::filesystem::is_directory(folder) || ::access(folder.c_str(), W_OK | X_OK) != 0) {
        raise<FileError>(option + ": " + folder.string() + " is no folder that can be written to (" +
                         (error ? error : std::error_code(errno, std::system_category())).message() +
                         "); name another");
    }
}

LoadedData get_data(const Options& options) {
    const DataChoice choice = choose_data(options, std::getenv("NORMA_DATA"));
    if (choice.fetch) {
        print("Data: what is missing or damaged in " + choice.folder.string() + " is downloaded");
        download(choice);
    }
    LoadedData data = load_data(options, choice);
    print("Data: " + data.source + "; test: " + data.test_source);
    if (!choice.hint.empty()) print(wrapped(choice.hint));
    return data;
}

}  // namespace norma::compare
