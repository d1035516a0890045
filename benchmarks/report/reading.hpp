#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace norma::bench {

/// What one benchmark gave: the median over its repetitions, of each figure for itself.
struct Measured {
    double seconds = 0;              ///< real time of one iteration
    double least = 0, greatest = 0;  ///< of the repetitions' seconds
    std::size_t repetitions = 0;
    std::size_t position = 0;  ///< of its first entry in the file
    std::map<std::string, double> counters;
    std::map<std::string, std::vector<double>> each;  ///< of a counter in each repetition, in order
};

/// What one program measured, by the benchmarks' names.
struct BenchmarkFile {
    std::map<std::string, std::string> context;  ///< machine, compiler, date and the like
    std::map<std::string, Measured> results;
    std::vector<std::string> failures;  ///< benchmarks that reported an error, with its words
};

/// A whole folder, by the names of the files without their ending. A file that is not there has no entry.
struct Measurements {
    std::map<std::string, BenchmarkFile> files;

    /// All results of a file in the order in which they stand there; none where there is no such file.
    std::vector<std::pair<std::string, const Measured*>> of(const std::string& file) const;

    /// A benchmark's results; nullptr where it was not measured.
    const Measured* find(const std::string& file, const std::string& name) const;

    /// A benchmark's counter; empty where it was not measured.
    std::optional<double> counter(const std::string& file, const std::string& name, const std::string& counter) const;

    /// An entry of a file's context; empty where there is none.
    std::string context(const std::string& file, const std::string& key) const;
};

/// The parts of a benchmark's name between its slashes.
std::vector<std::string> name_parts(const std::string& name);

/// A benchmark's name without the parts that Google Benchmark adds for how it was timed (`/real_time`, `/repeats:9`).
std::string plain_name(const std::string& name);

/// Reads the text of one file of Google Benchmark's JSON.
/// @throws DataError that names `place` (the file), where in it, and what to do, if the text is no such JSON.
BenchmarkFile parse_benchmarks(const std::string& text, const std::string& place);

/// Reads every file of the folder whose name the suite knows.
/// @throws FileError if the folder is missing or a file cannot be read; DataError as above.
Measurements read_measurements(const std::filesystem::path& folder);

}  // namespace norma::bench
