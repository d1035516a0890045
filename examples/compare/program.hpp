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

/// What the programs that train these networks share.
namespace norma::compare {

/// Prints a line, or several, fit for a terminal, and lets it out at once. That it could not be written shows at the
/// program's end (`run_or_say_why`).
void print(const std::string& line);

/// Makes the folders of --output and --checkpoint if need be, refuses those that cannot be written to (better now than
/// after an hour of training), and keeps other runs out of them for as long as what it returns lives.
/// @throws FileError that begins with the option.
std::list<FolderLock> take_folders(const Options& options);

/// Prints that synthetic images stand in for others, so that it is not overlooked: the sentence between two lines of
/// stars. Nothing where it is empty. To be called first and last.
void print_stand_in(const std::string& sentence);

/// Chooses the images, fetches them if asked to, reads or draws them, and prints where they came from.
/// @throws examples::StandardOutputFailed if that cannot be written: better now than after an hour of training.
/// @throws FileError, OptionError as `choose_data`, `download` and `load_data`.
LoadedData get_data(const Options& options);

/// `run_or_say_why` for a program: `parse()` gives its options, which `run` takes, or a text to print, such as that of
/// --help.
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
