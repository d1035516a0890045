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
namespace fs = std::filesystem;

void print(const std::string& line) {
    std::printf("%s\n", examples::printable_lines(line).c_str());
    examples::flush_output();
}

namespace {

void check_folder(const std::string& option, const fs::path& folder) {
    std::error_code error, ignored;
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder, ignored) || ::access(folder.c_str(), W_OK | X_OK) != 0) {
        raise<FileError>(option + ": " + folder.string() + " is not a folder that can be written to (" +
                         (error ? error : std::error_code(errno, std::system_category())).message() +
                         "); name another folder");
    }
}

}  // namespace

std::list<FolderLock> take_folders(const Options& options, Reducer& processes) {
    std::list<FolderLock> taken;
    if (processes.rank() != 0) {
        processes.agree();
        return taken;
    }
    const auto take = [&](const std::string& option, const fs::path& folder) {
        check_folder(option, folder);
        try {
            taken.emplace_back(folder);
        } catch (const FileError& e) {
            raise<FileError>(option + ": " + e.what());
        }
    };
    take("--output", options.output);
    std::error_code ignored;
    if (options.checkpoint && !fs::equivalent(options.output, *options.checkpoint, ignored)) {
        take("--checkpoint", *options.checkpoint);
    }
    processes.agree();
    return taken;
}

void print_stand_in(const std::string& sentence) {
    if (sentence.empty()) return;
    const std::string stars(100, '*');
    print(stars + '\n' + wrapped(sentence) + stars);
}

LoadedData get_data(const Options& options, Reducer& processes) {
    const DataChoice choice = choose_data(options, std::getenv("NORMA_DATA"));
    if (choice.fetch) {
        print("Data: files that are missing or damaged in " + choice.folder.string() + " are downloaded");
        if (processes.rank() == 0) download(choice);
        processes.agree();
    }
    print_stand_in(choice.stand_in);
    LoadedData data = load_data(options, choice);
    if (!processes.alone()) {
        processes.verify_same(data.images.train.hash() ^ data.images.test.hash(),
                              "--data: not all processes have the same images; give all machines the same files, or a "
                              "folder that all of them see");
    }
    print("Data: " + data.source + "; test: " + data.test_source);
    examples::let_out();
    return data;
}

}  // namespace norma::compare
