#pragma once

#include <cstdio>
#include <filesystem>
#include <list>
#include <string>
#include <variant>

#include "data_source.hpp"
#include "norma/core/folder_lock.hpp"
#include "options.hpp"
#include "support/run_or_say_why.hpp"

/// Code that the programs share that train these networks.
namespace norma::compare {

/// Prints one or several lines, made `printable`, and flushes. If that fails, the program says so at its end
/// (`run_or_say_why`).
void print(const std::string& line);

/// Makes the folders of --output and --checkpoint if they are missing, refuses folders that cannot be written to
/// (before an hour of training, not after), and locks them against other runs. The locks last as long as the result.
/// @throws FileError that begins with the option.
std::list<FolderLock> take_folders(const Options& options);

/// Prints the sentence that synthetic images are used instead of CIFAR-10, between two lines of stars so that it is
/// seen; nothing if it is empty. Called at the beginning and at the end.
void print_stand_in(const std::string& sentence);

/// Chooses the images, downloads them with --download, reads or draws them, and prints where they came from.
/// @throws examples::StandardOutputFailed if that cannot be printed: before an hour of training, not after.
/// @throws FileError, OptionError as `choose_data`, `download` and `load_data`.
LoadedData get_data(const Options& options);

/// `run_or_say_why` for a program with options: `parse()` returns the options for `run`, or a text to print (--help).
template <class Parse, class Run>
int run_program(const char* name, const Parse& parse, const Run& run) {
    return examples::run_or_say_why(name, [&] {
        const auto parsed = parse();
        if (const auto* text = std::get_if<std::string>(&parsed)) {
            std::fputs(text->c_str(), stdout);
            return 0;
        }
        return run(std::get<0>(parsed));
    });
}

}  // namespace norma::compare
