#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "results.hpp"
#include "table.hpp"

namespace norma::compare {

/// Everything in the report as data; docs/results.md explains it.
nlohmann::ordered_json results_json(const Results& results);

/// The page: one self-contained file, nothing is fetched.
std::string results_page(const Results& results);

/// Every file of the report by its name: index.html, results.json, table.txt, a drawing for each plot and confusion
/// matrix, a picture for each sheet of images. Throws `DataError` where parts of `results` contradict each other.
std::map<std::string, std::string> render_report(const Results& results);

/// Writes those files into `folder`, which is made if need be. All are rendered before the first is written, each is
/// written whole or not at all, and index.html comes last. Files of other names in the folder are left alone. Throws
/// `FileError` as `write_file_atomically` does.
void write_report(const Results& results, const std::filesystem::path& folder);

}  // namespace norma::compare
