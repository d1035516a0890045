#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <variant>

#include "data_source.hpp"
#include "options.hpp"
#include "support/run_or_say_why.hpp"

/// What the programs that train these networks share.
namespace norma::compare {

/// Prints a line, or several, fit for a terminal, and lets it out at once.
/// @throws examples::StandardOutputFailed if it cannot be written.
void print(const std::string& line);

/// Makes the folder if need be and refuses one that cannot be written to: better now than after an hour of training.
/// @throws FileError that begins with the option.
void check_folder(const std::string& option, const std::filesystem::path& folder);

/// Chooses the images, fetches them if asked to, reads or draws them, and prints where they came from.
/// @throws FileError, OptionError as `choose_data`, `download` and `load_data`.
LoadedData get_data(const Options& options);

/// `run_or_say_why` for a program: `parse()` gives its options, which `run` takes, or a text to print, such as that of --help.
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
