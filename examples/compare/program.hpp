#pragma once

#include <cstdio>
#include <filesystem>
#include <list>
#include <string>
#include <variant>

#include "data_source.hpp"
#include "norma/core/error.hpp"
#include "norma/core/folder_lock.hpp"
#include "norma/core/reducer.hpp"
#include "options.hpp"
#include "processes.hpp"
#include "support/run_or_say_why.hpp"

/// Code that the programs share that train these networks.
namespace norma::compare {

/// Prints one or several lines, made `printable`, and flushes. If that fails, the program says so at its end
/// (`run_or_say_why`).
void print(const std::string& line);

/// Makes the folders of --output and --checkpoint if they are missing, refuses folders that cannot be written to
/// (before an hour of training, not after), and locks them against other runs. The locks last as long as the result.
/// Of several processes the first does all this, for it alone writes files; the others wait for it.
/// @throws FileError that begins with the option.
std::list<FolderLock> take_folders(const Options& options, Reducer& processes);

/// Prints the sentence that synthetic images are used instead of CIFAR-10, between two lines of stars so that it is
/// seen; nothing if it is empty. Called at the beginning and at the end.
void print_stand_in(const std::string& sentence);

/// Chooses the images, downloads them with --download, reads or draws them, and prints where they came from. Each of
/// several processes reads them, after the first has downloaded them.
/// @throws examples::StandardOutputFailed if that cannot be printed: before an hour of training, not after.
/// @throws FileError, OptionError as `choose_data`, `download` and `load_data`; DataError if processes have different
/// images.
LoadedData get_data(const Options& options, Reducer& processes);

/// `run_or_say_why` for a program with options: `parse()` returns the options for `run`, or a text to print (--help).
/// Of several processes, which all do the same, the first alone prints.
template <class Parse, class Run>
int run_program(const char* name, const Parse& parse, const Run& run) {
    return examples::run_or_say_why(name, [&] {
        if (launched_rank() != 0) examples::be_silent();
        const auto parsed = [&] {
            try {
                return parse();
            } catch (const OptionError&) {
                processes().run([]() -> int { throw; });  // perhaps only this process has these options
                throw;
            }
        }();
        if (const auto* text = std::get_if<std::string>(&parsed)) {
            std::fputs(text->c_str(), stdout);
            return 0;
        }
        return run(std::get<0>(parsed));
    });
}

}  // namespace norma::compare
