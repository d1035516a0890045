#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace norma::bench {

/// The results of one benchmark: for each figure the median over the repetitions.
struct Measured {
    std::string label;               ///< what the benchmark says it is, if anything
    double seconds = 0;              ///< real time of one iteration
    double least = 0, greatest = 0;  ///< of the repetitions' seconds
    std::size_t repetitions = 0;
    std::size_t position = 0;  ///< index of its first entry in the file
    std::map<std::string, double> counters;
    std::map<std::string, std::vector<double>> each;  ///< of a counter in each repetition, in order
};

/// The results of one program, by the benchmarks' names.
struct BenchmarkFile {
    std::map<std::string, std::string> context;  ///< machine, compiler, date and so on
    std::map<std::string, Measured> results;
    std::vector<std::string> failures;  ///< benchmarks that reported an error, with its message
};

/// The results in a folder, by the files' names without their ending. A missing file has no entry.
struct Measurements {
    std::map<std::string, BenchmarkFile> files;

    /// All results of a file, in the order of the file; none if there is no such file.
    std::vector<std::pair<std::string, const Measured*>> of(const std::string& file) const;

    /// A benchmark's results; nullptr if it was not measured.
    const Measured* find(const std::string& file, const std::string& name) const;

    /// A benchmark's counter; empty if it was not measured.
    std::optional<double> counter(const std::string& file, const std::string& name, const std::string& counter) const;

    /// An entry of a file's context; empty if there is none.
    std::string context(const std::string& file, const std::string& key) const;
};

/// The parts of a benchmark's name between its slashes.
std::vector<std::string> name_parts(const std::string& name);

/// A benchmark's name without the parts that Google Benchmark adds about its timing (`/real_time`, `/repeats:9`).
std::string plain_name(const std::string& name);

/// Reads the text of one of Google Benchmark's JSON files.
/// @throws DataError with `place` (the file), the place in it and the remedy, if the text is not such JSON.
BenchmarkFile parse_benchmarks(const std::string& text, const std::string& place);

/// Reads every file of the folder whose name the suite knows. The files peers_<network>.json become one, "peers".
/// @throws FileError if the folder is missing or a file cannot be read; DataError as above.
Measurements read_measurements(const std::filesystem::path& folder);

}  // namespace norma::bench
