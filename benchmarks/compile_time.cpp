#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "support/main.hpp"
#include "support/process.hpp"

/// Measures the seconds and the memory to compile the examples, with the build's own commands, one translation unit
/// after another. Use: bench_compile_time [--build=FOLDER with compile_commands.json]
namespace {

using namespace norma;
namespace fs = std::filesystem;

/// A source file of an example, with the build's command for it.
struct Unit {
    fs::path source;
    std::string directory;  ///< where the command runs
    std::vector<std::string> command;
};

/// The words of a command, as a shell splits it at blanks, with backslashes and both kinds of quotes: enough for
/// CMake's commands.
std::vector<std::string> words(const std::string& command) {
    std::vector<std::string> all;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char c = command[i];
        if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            in_word = false;
            continue;
        }
        if (!in_word) all.emplace_back();
        in_word = true;
        if (c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && i + 1 < command.size()) {
            all.back() += command[++i];
        } else {
            all.back() += c;
        }
    }
    return all;
}

/// The value of the command's `-o`.
std::string output_of(const std::vector<std::string>& command) {
    const auto at = std::find(command.begin(), command.end(), "-o");
    return at == command.end() || at + 1 == command.end() ? std::string() : *(at + 1);
}

/// The same command with another `-o`, and without writing a list of dependencies.
std::vector<std::string> redirected(const std::vector<std::string>& command, const std::string& output) {
    std::vector<std::string> changed;
    for (std::size_t i = 0; i < command.size(); ++i) {
        if (command[i] == "-MD" || command[i] == "-MMD") continue;
        if (command[i] == "-MT" || command[i] == "-MF" || command[i] == "-MQ") {
            ++i;
        } else if (command[i] == "-o") {
            changed.insert(changed.end(), {"-o", output});
            ++i;
        } else {
            changed.push_back(command[i]);
        }
    }
    return changed;
}

/// Is the command for another network of the zoo than the experiment's, or for another precision than fp32? The
/// examples are compiled for it only on demand.
bool is_on_demand(const std::vector<std::string>& command) {
    const auto is_other = [](const std::string& word, const std::string& define, const std::string& usual) {
        return word.starts_with(define) && word != define + usual;
    };
    return std::any_of(command.begin(), command.end(), [&](const std::string& word) {
        return is_other(word, "-DNORMA_ZOO_NAME=", "\"cifar10\"") ||
               is_other(word, "-DNORMA_ZOO_PRECISION=", "\"fp32\"");
    });
}

/// The translation units of the examples. Other programs may compile the same files too; these are not counted.
std::vector<Unit> read_units(const fs::path& build) {
    const fs::path path = build / "compile_commands.json";
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path.string() + " is not there; build with CMAKE_EXPORT_COMPILE_COMMANDS=ON");
    std::vector<Unit> units;
    for (const nlohmann::json& entry : nlohmann::json::parse(file)) {
        Unit unit{entry.at("file").get<std::string>(), entry.at("directory"),
                  entry.contains("arguments") ? entry["arguments"].get<std::vector<std::string>>()
                                              : words(entry.at("command"))};
        const fs::path output = (unit.directory / fs::path(output_of(unit.command))).lexically_normal();
        const fs::path inside = output.lexically_relative(fs::canonical(build));
        if (inside.empty() || *inside.begin() != "examples" || is_on_demand(unit.command)) continue;
        units.push_back(unit);
    }
    return units;
}

/// Does a file in `folder` include a header of its sibling folder `library`?
bool includes_from(const fs::path& folder, const std::string& library) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("#include \"" + library + "/")) return true;
        }
    }
    return false;
}

/// Path of the unit's source relative to the examples. For a unity file, which CMake writes, the path of the first file
/// that it includes.
fs::path path_inside_examples(const Unit& unit) {
    const fs::path examples = NORMA_EXAMPLES;
    const fs::path inside = unit.source.lexically_relative(examples);
    if (*inside.begin() != "..") return inside;
    std::ifstream file(unit.source);
    for (std::string line; std::getline(file, line);) {
        const std::size_t begin = line.find('"') + 1;
        if (!line.starts_with("#include \"")) continue;
        return fs::path(line.substr(begin, line.find('"', begin) - begin)).lexically_relative(examples);
    }
    throw std::runtime_error(unit.source.string() + " is not a file of an example, and includes none");
}

/// The units of each example: examples/<name>.cpp, or the folder examples/<name> with the library folders whose headers
/// it includes.
std::map<std::string, std::vector<Unit>> by_example(const std::vector<Unit>& units) {
    const fs::path examples = NORMA_EXAMPLES;
    std::map<std::string, std::vector<Unit>> programs, libraries;
    for (const Unit& unit : units) {
        const fs::path inside = path_inside_examples(unit);
        const std::string name = fs::path(*inside.begin()).stem();
        const bool is_program = !inside.has_parent_path() || fs::exists(examples / name / "main.cpp");
        (is_program ? programs : libraries)[name].push_back(unit);
    }
    for (const auto& [library, parts] : libraries) {
        for (auto& [name, program] : programs) {
            if (!fs::is_directory(examples / name) || !includes_from(examples / name, library)) continue;
            program.insert(program.end(), parts.begin(), parts.end());
        }
    }
    return programs;
}

/// Compiles one unit and returns its cost; the object file is deleted.
/// @throws std::runtime_error if it does not compile.
bench::Cost compile(const Unit& unit) {
    std::string object = fs::temp_directory_path() / "norma_compile_time_XXXXXX.o";
    const int file = mkstemps(object.data(), 2);
    if (file == -1) throw std::runtime_error("no temporary file in " + fs::temp_directory_path().string());
    close(file);
    const bench::Cost cost = bench::run(redirected(unit.command, object), unit.directory);
    fs::remove(object);
    if (cost.status != 0) throw std::runtime_error(unit.source.string() + " does not compile");
    return cost;
}

/// Prints the units that took longest.
void print_slowest(std::vector<std::pair<double, std::string>> seconds) {
    std::sort(seconds.rbegin(), seconds.rend());
    seconds.resize(std::min(seconds.size(), std::size_t{5}));
    for (const auto& [s, name] : seconds) std::fprintf(stderr, "    %6.1f s  %s\n", s, name.c_str());
}

/// Compiles the units of an example one after another. The time is processor time, with all processes that the compiler
/// starts, because other work on the machine changes it less than wall-clock time.
void measure(benchmark::State& state, const std::vector<Unit>& units) {
    std::vector<std::pair<double, std::string>> slowest;
    double wall = 0, processor = 0, peak = 0;
    for ([[maybe_unused]] auto _ : state) {
        for (const Unit& unit : units) {
            const bench::Cost cost = compile(unit);
            wall += cost.wall_seconds;
            processor += cost.processor_seconds;
            peak = std::max(peak, cost.peak_bytes);
            slowest.emplace_back(cost.processor_seconds, unit.source.filename());
        }
        state.SetIterationTime(processor);
    }
    state.counters["units"] = static_cast<double>(units.size());
    state.counters["peak_bytes"] = peak;
    state.counters["wall_seconds"] = wall;
    print_slowest(slowest);
}

void register_example(const std::string& name, const std::vector<Unit>& units) {
    benchmark::RegisterBenchmark(("compile/" + name).c_str(),
                                 [units](benchmark::State& state) {
                                     try {
                                         measure(state, units);
                                     } catch (const std::exception& error) {
                                         state.SkipWithError(error.what());
                                     }
                                 })
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(1)
        ->Unit(benchmark::kSecond);
}

}  // namespace

int main(int count, char** arguments) {
    bench::Program program(count, arguments);
    const std::string build = program.value("--build").value_or(NORMA_BUILD);
    setenv("CCACHE_DISABLE", "1", 1);  // with ccache nothing would be compiled
    try {
        for (const auto& [name, units] : by_example(read_units(build))) register_example(name, units);
    } catch (const std::exception& error) {
        std::cerr << "bench_compile_time: " << error.what() << std::endl;
        return 1;
    }
    return program.run();
}
