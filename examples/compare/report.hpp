#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "output_files.hpp"
#include "results.hpp"
#include "table.hpp"

namespace norma::compare {

/// Everything in the report as data; docs/results.md explains it.
nlohmann::ordered_json results_json(const Results& results);

/// The page: one self-contained file, nothing is fetched.
std::string results_page(const Results& results);

/// The files of the report that are data, by their names: results.json, table.txt.
/// @throws DataError where parts of `results` contradict each other.
std::map<std::string, std::string> render_data(const Results& results);

/// The files that are drawn from it: index.html, a drawing for each plot and confusion matrix, a picture for each sheet
/// of images.
/// @throws DataError as `render_data`.
std::map<std::string, std::string> render_drawings(const Results& results);

/// Writes all of them into `folder`, as `write_files` does; the data before the rest is drawn. Files of other names in
/// the folder are left alone.
/// @throws DataError as `render_data`, before anything is written.
void write_report(const Results& results, const std::filesystem::path& folder, Unwritten& unwritten);

}  // namespace norma::compare
